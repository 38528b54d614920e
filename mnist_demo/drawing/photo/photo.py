"""A photo or scan of a digit: decoded within bounds, its ink found on its paper, and made into strokes.

The polarity of the ink, the light and the size of the digit are detected; the strokes are then processed like drawn
strokes.
"""

import io
import struct
import threading
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from mnist_demo.drawing.photo.blobs import Blob, blobs
from mnist_demo.drawing.photo.sheet import only_sheet, sheet_area
from mnist_demo.drawing.photo.skeleton import strokes_from_ink
from mnist_demo.drawing.photo.webp import webp_size
from mnist_demo.drawing.strokes import DrawingError, Strokes

MAX_BYTES = 12 * 2**20
MAX_PIXELS = 30_000_000
"""Most pixels of a PNG or JPEG file, which takes up to four bytes for each pixel while it is decoded."""

MAX_WEBP_PIXELS = 16_000_000
"""Most pixels of a WebP file, which takes eight bytes for each pixel when opened, and more while it is decoded."""

FORMATS = ("PNG", "JPEG", "WEBP")
# Phones append small pictures to a JPEG, which Pillow then calls "MPO"; the first picture is the photo.
_ACCEPTED = {*FORMATS, "MPO"}
WHAT_IS_READ = "PNG, JPEG and WebP"

NOTHING_FOUND = "No digit stands out on this photo. Write it large and dark on plain paper, and come closer."

LONGEST = 1_600
"""Pixels of the longer side of a reduced photo, enough for a digit that fills a tenth of it."""

_COARSE = 256  # pixels of the longer side of the small picture, in which the digit is located
_FINE = 150  # pixels of the digit's longer side in the picture whose strokes are followed
_COARSE_REACH = 70  # pixels: in the small picture, strokes are narrower than this, shadows and tables wider
_FINE_REACH = 90  # pixels: in the picture whose strokes are followed, far wider than the thickest stroke
_LEAST_CONTRAST = 14.0  # grey values between ink and paper
_OVER_NOISE = 6.0  # least contrast of ink, in standard deviations of the paper
_SPECK = 0.04  # smallest part of a digit, as a share of its largest blob's area
_NEAR = 0.45  # farthest part of a digit, as a share of its largest blob's longer side

# Pillow raises these for a picture that it cannot decode.
_FAULTS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)

# A large photo takes 120 MB for a moment, so the server decodes one at a time.
_decoding = threading.Lock()

Grey = NDArray[np.float32]  # (height, width), 0 black to 255 white
Ink = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Photo:
    """The digit found on a photo.

    Attributes:
        picture: The photo upright and reduced, uint8 (height, width), 0 black to 255 white.
        ink: Where the digit's ink is on the picture, bool (height, width).
        strokes: The digit's strokes, in pixels of the picture.
        pen_width: The width of the pen, in pixels of the picture.
    """

    picture: NDArray[np.uint8]
    ink: Ink
    strokes: Strokes
    pen_width: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the picture: the paper, as `stages_from_strokes` takes a canvas."""
        return float(self.picture.shape[1]), float(self.picture.shape[0])


def read_photo(content: bytes) -> Photo:
    """Find the digit on a photo.

    Example:
        >>> import io
        >>> from PIL import Image, ImageDraw
        >>> from mnist_demo.drawing import digit_from_strokes, read_photo
        >>> paper, file = Image.new("L", (300, 400), color=230), io.BytesIO()
        >>> ImageDraw.Draw(paper).line([(100, 100), (200, 100), (140, 300)], fill=30, width=14)
        >>> paper.save(file, "PNG")
        >>> photo = read_photo(file.getvalue())
        >>> photo.size, round(photo.pen_width), digit_from_strokes(photo.strokes).shape
        ((300.0, 400.0), 14, (28, 28))

    Args:
        content: A whole PNG, JPEG or WebP file; the first picture of an animated file counts.

    Returns:
        The photo with the digit's ink and strokes.

    Raises:
        DrawingError: If the file is too large, of another format or damaged, or if no ink stands out on the photo.
    """
    return find_digit(decode(content))


def decode(content: bytes) -> NDArray[np.uint8]:
    """Decode a picture within bounds: upright, grey, its longer side 1,600 pixels at most.

    Returns:
        uint8 (height, width), 0 black to 255 white; transparent pixels are white.

    Raises:
        DrawingError: If the file is too large, of another format or damaged.
    """
    if len(content) > MAX_BYTES:
        raise DrawingError(
            f"The photo has {len(content) / 2**20:.0f} MB: accepted are up to {MAX_BYTES // 2**20}. Make it smaller."
        )
    try:
        if (size := webp_size(content)) is not None and size[0] * size[1] > MAX_WEBP_PIXELS:
            raise _too_many_pixels(MAX_WEBP_PIXELS)
        with _decoding, Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.format not in _ACCEPTED:
                raise DrawingError(f"The file is none of the formats read here, which are {WHAT_IS_READ}.")
            if opened.width * opened.height > MAX_PIXELS:
                raise _too_many_pixels()
            # Pillow decodes a JPEG at half its size, or less, right away.
            opened.draft("RGB", (LONGEST, LONGEST))
            return _upright_grey(opened)
    except DrawingError:
        raise
    except _BOMBS:
        raise _too_many_pixels() from None
    except UnidentifiedImageError:
        raise DrawingError(f"The file is none of the formats read here, which are {WHAT_IS_READ}.") from None
    except _FAULTS:
        raise DrawingError("The photo is damaged and cannot be read. Try another one.") from None


def find_digit(picture: NDArray[np.uint8]) -> Photo:
    """Find the digit's ink on a picture and follow its strokes.

    Args:
        picture: uint8 (height, width), 0 black to 255 white.

    Raises:
        DrawingError: If no ink stands out.
    """
    height, width = picture.shape
    if min(height, width) < 8:
        raise DrawingError(f"The photo is only {width}×{height} pixels: there is no digit to be found.")
    coarse = _resized(picture, min(1.0, _COARSE / max(height, width)))
    is_dark = _ink_is_dark(coarse)
    try:
        return _followed(picture, coarse, is_dark)
    except DrawingError:
        # Very uneven light around a small digit makes the polarity a guess, so the other one is tried.
        return _followed(picture, coarse, not is_dark)


def _followed(picture: NDArray[np.uint8], coarse: Grey, is_dark: bool) -> Photo:
    """Find the digit on the small picture and follow its strokes on the large one."""
    found = _digit_blobs(_ink(coarse, is_dark, _COARSE_REACH))
    sheet = sheet_area(found[0], coarse.shape)
    if sheet is not None:
        with suppress(DrawingError):
            return _on_sheet(picture, sheet, not is_dark)
    return _traced(picture, coarse.shape, _box(found), is_dark)


def _on_sheet(picture: NDArray[np.uint8], sheet: Ink, is_dark: bool) -> Photo:
    """Find the digit on a sheet of paper that contrasts with the rest of the picture."""
    alone = only_sheet(picture, sheet)
    coarse = _resized(alone, max(sheet.shape) / max(picture.shape))
    found = _digit_blobs(_ink(coarse, is_dark, _COARSE_REACH))
    return replace(_traced(alone, coarse.shape, _box(found), is_dark), picture=picture)


def _traced(
    picture: NDArray[np.uint8], coarse: tuple[int, ...], box_there: tuple[int, int, int, int], is_dark: bool
) -> Photo:
    """Follow the strokes of the digit in a box of the small picture, whose shape is given."""
    height, width = picture.shape
    left, top, right, bottom = box_there
    scale = max(height, width) / max(coarse)
    # The digit is enlarged, so that the strokes of a small digit are followed as well as those of a large one.
    longer = max(right - left, bottom - top)
    margin = 0.2 * longer + 3
    box = np.array([left - margin, top - margin, right + margin, bottom + margin]) * scale
    x0, y0, x1, y1 = np.clip(np.rint(box), 0, [width, height, width, height]).astype(int).tolist()
    near = _resized(picture[y0:y1, x0:x1], _FINE / (longer * scale))
    ink = np.zeros(near.shape, dtype=np.bool_)
    for blob in _digit_blobs(_ink(near, is_dark, _FINE_REACH)):
        ink |= blob.mask(near.shape)
    strokes, pen_width = strokes_from_ink(ink)
    factor = np.array([(x1 - x0) / near.shape[1], (y1 - y0) / near.shape[0]])
    where = np.zeros(picture.shape, dtype=np.bool_)
    where[y0:y1, x0:x1] = np.asarray(Image.fromarray(ink).resize((x1 - x0, y1 - y0), Image.Resampling.NEAREST))
    placed = tuple(stroke * factor + np.array([x0, y0]) for stroke in strokes)
    return Photo(picture, where, placed, float(pen_width * factor.mean()))


def _too_many_pixels(most: int = MAX_PIXELS) -> DrawingError:
    return DrawingError(f"The photo has more than {most // 10**6} million pixels. Make it smaller.")


def _upright_grey(opened: Image.Image) -> NDArray[np.uint8]:
    opened.thumbnail((LONGEST, LONGEST), Image.Resampling.BOX, reducing_gap=2.0)
    upright = ImageOps.exif_transpose(opened)
    if "A" in upright.getbands() or "transparency" in upright.info:
        with_alpha = upright.convert("RGBA")
        paper = Image.new("RGBA", with_alpha.size, "white")
        grey = np.asarray(Image.alpha_composite(paper, with_alpha).convert("L"))
        # White ink needs a black background, because it would be invisible on white.
        if np.ptp(grey) < _LEAST_CONTRAST:
            paper = Image.new("RGBA", with_alpha.size, "black")
            grey = np.asarray(Image.alpha_composite(paper, with_alpha).convert("L"))
        return grey
    if upright.mode.startswith("I"):  # scanners often use twelve of the sixteen bits
        deep = np.asarray(upright, dtype=np.float64)
        brightest = max(1.0, float(deep.max()))
        return np.clip(deep * (255 / brightest), 0, 255).astype(np.uint8)
    return np.asarray(upright.convert("L"))


def _resized(picture: NDArray[np.uint8], factor: float) -> Grey:
    """Enlarge or reduce a picture, and blur it by less than a pixel, because paper has grain and cameras have noise."""
    size = (max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor)))
    how = Image.Resampling.BOX if factor < 1 else Image.Resampling.BICUBIC
    resized = Image.fromarray(picture).resize(size, how).filter(ImageFilter.GaussianBlur(0.8))
    return np.asarray(resized, dtype=np.float32)


def _ink_is_dark(picture: Grey) -> bool:
    """Tell whether the ink is darker than its paper.

    Paper is the majority around each pixel: compared with the median of their surroundings, pixels of ink differ to one
    side, while the edge of a shadow or of a table has as many pixels on either side.
    """
    blocks = 12
    small = np.asarray(Image.fromarray(picture).resize((blocks * 4, blocks * 4), Image.Resampling.BOX))
    cells = small.reshape(blocks, 4, blocks, 4).transpose(0, 2, 1, 3).reshape(blocks, blocks, 16)
    padded = np.pad(cells, ((3, 3), (3, 3), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (7, 7), axis=(0, 1))  # (12, 12, 16, 7, 7)
    paper = np.median(windows, axis=(2, 3, 4)).astype(np.float32)
    even = np.asarray(Image.fromarray(paper).resize(picture.shape[::-1], Image.Resampling.BILINEAR))
    return float(((picture - even) ** 3).sum()) < 0


def _ink(picture: Grey, is_dark: bool, reach: int) -> Ink:
    """Find the ink: the pixels that a brush of paper, `reach` pixels wide, would close.

    Grey-scale closing (for dark ink) fills what is narrower than the brush and leaves the edges of shadows in place.
    """
    dark = picture if is_dark else 255 - picture
    over = _closed(dark, reach) - dark  # how much darker each pixel is than its paper
    # The median is subtracted, because noise makes the estimate of the paper a little too bright everywhere.
    over -= np.median(over)
    noise = 1.5 * float(np.median(np.abs(over)))
    strongest = float(np.sort(over, axis=None)[-max(12, over.size // 500) :].mean())
    if strongest < _LEAST_CONTRAST or strongest < _OVER_NOISE * noise:
        raise DrawingError(NOTHING_FOUND)
    ink: Ink = over > max(strongest / 2, 3 * noise)
    return ink


def _closed(picture: Grey, reach: int) -> Grey:
    """Close grey values with a square of `reach` pixels: take the highest, then the lowest value around each pixel."""
    highest = scipy.ndimage.maximum_filter(picture, reach, mode="nearest")
    lowest: Grey = scipy.ndimage.minimum_filter(highest, reach, mode="nearest")
    return lowest


def _digit_blobs(ink: Ink) -> list[Blob]:
    """Choose the blobs of the digit: the largest one, and those near it that are large enough."""
    found = sorted(blobs(ink), key=lambda blob: -blob.area)
    height, width = ink.shape
    # Blobs at the picture's edge are left out: a table's edge or a hand's shadow touches it, and a digit rarely does.
    inside = [blob for blob in found if not blob.touches_edge(height, width)]
    if inside and inside[0].area >= _SPECK * found[0].area:
        found = inside
    if not found:
        raise DrawingError(NOTHING_FOUND)
    digit = [found[0]]
    others = [blob for blob in found[1:] if blob.area >= _SPECK * found[0].area]
    # Distances are to the largest part, because a chain of near parts would join a whole line of writing.
    left, top, right, bottom = digit[0].box
    near = _NEAR * max(right - left, bottom - top)
    digit += [blob for blob in others if blob.distance_to(left, top, right, bottom) <= near]
    return digit


def _box(found: list[Blob]) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of several blobs."""
    boxes = np.array([blob.box for blob in found])
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    return int(left), int(top), int(right), int(bottom)
