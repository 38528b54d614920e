"""What a network said to a visitor's drawing."""

from dataclasses import dataclass, field

from mnist_demo.drawing import Step


@dataclass(frozen=True)
class Drawn:
    """The answer to a drawing or a photo.

    Attributes:
        best: The most probable digit, 0 to 9, also when the drawing is refused.
        confidence: The calibrated probability of that digit, 0 to 1.
        is_refused: Whether the drawing is refused as no digit.
        left_out: The steps from the drawing to the network's input that are switched off.

    Raises:
        ValueError: On construction, if a value has another range.
    """

    best: int
    confidence: float
    is_refused: bool = False
    left_out: frozenset[Step] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if not 0 <= self.best <= 9 or not 0 <= self.confidence <= 1:
            raise ValueError(f"best is {self.best} and confidence {self.confidence}; accepted are 0 to 9 and 0 to 1.")
