"""The conclusion from two networks' answers to the same test images, in words that claim no more than the test."""

from mnist_demo.app.words import plural
from mnist_demo.evaluation import McNemar

_LEAST_CHANCE = 1e-6


def conclusion(test: McNemar, first: str, second: str) -> str:
    """Return a conclusion in two or three sentences, as Markdown.

    Args:
        test: McNemar's test of the two networks.
        first: The name of the first network, as Markdown.
        second: The name of the second network, as Markdown.
    """
    if test.parted == 0:
        return f"{first} and {second} are right and wrong on the very same images: nothing tells them apart."
    better, worse = (first, second) if test.only_first >= test.only_second else (second, first)
    most, fewest = max(test.only_first, test.only_second), min(test.only_first, test.only_second)
    parted = (
        f"On {plural(test.parted, 'image')} just one of the two is right: {better} on {most:,}, {worse} on {fewest:,}."
    )
    if test.is_significant:
        return (
            f"**{better} reads better than {worse}.** {parted} Two equally good networks would part so unevenly "
            f"{_chance(test.p_value)} (McNemar's exact test)."
        )
    return (
        f"**These images do not tell {first} and {second} apart.** {parted} Equally good networks would part at least "
        f"as unevenly in {_cases(test.p_value)} (McNemar's exact test). That does not show that they are equally good."
    )


def _chance(p_value: float) -> str:
    """Return a small probability in a reader's words: 'about once in 300 tries'."""
    if p_value < _LEAST_CHANCE:
        return "less than once in a million tries"
    times = 1 / p_value
    # The number keeps two digits at most, because further digits mean nothing.
    digits = 10 ** max(0, len(str(int(times))) - 2)
    return f"about once in {round(times / digits) * digits:,} tries"


def _cases(p_value: float) -> str:
    return f"about {max(1, round(100 * p_value))} of 100 cases" if p_value < 0.995 else "nearly every case"
