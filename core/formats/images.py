"""Decodes image files with Pillow: their pixels as stored, their transparency, and what was converted on the way."""

from __future__ import annotations

import ctypes
import re
import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, NoReturn

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError, _imaging

from core.formats.arrays import refusal
from core.values.checkpoints import MAX_LEVEL

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF")
"""Formats that are read. Pillow's others start programs, are no images, or accept any bytes as one."""
MAX_PIXELS = 64 * 1024**2
SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")
WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
LEAST_OF_HIGH_BYTE = 16
"""Pixels whose high byte stays below this use 12 bits of 16 at most, and would come out nearly black."""
ORIENTATION = 0x0112
LAID_OVER_WHITE = "transparent pixels laid over white"
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError, MemoryError,
    RuntimeError, struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
"""Exceptions that Pillow raises on a damaged file."""
Levels = NDArray[np.uint8]


class UnusableImageError(Exception):
    """The reason why a file gives no image."""


class UnknownImageError(UnusableImageError):
    """The file has none of the formats."""


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """The pixels of one image file.

    Attributes:
        pixels: ``[H, W]`` or ``[H, W, 3]``; uint8, or uint16, int32 or float32 where the file holds others than bytes.
        alpha: Opacity ``[H, W]``, uint8, of a file with transparency; else None.
        notes: What was converted, a few words each.
    """

    pixels: NDArray[np.generic]
    alpha: Levels | None = None
    notes: tuple[str, ...] = ()

    def opaque(self) -> DecodedImage:
        """Return the image laid over white where it is transparent."""
        if self.alpha is None:
            return self
        pixels = over_white(np.asarray(self.pixels, np.uint8), self.alpha)
        return DecodedImage(pixels, None, (*self.notes, LAID_OVER_WHITE))


def over_white(pixels: Levels, alpha: Levels) -> Levels:
    """Return ``pixels`` [..., H, W] or [..., H, W, 3] laid over white, with ``alpha`` [..., H, W] as their opacity."""
    weight = (alpha if pixels.ndim == alpha.ndim else alpha[..., None]).astype(np.uint32)
    mixed = pixels * weight + MAX_LEVEL * (MAX_LEVEL - weight)
    return np.asarray((mixed + MAX_LEVEL // 2) // MAX_LEVEL, np.uint8)


def grey_of(pixels: Levels) -> Levels:
    """Return the lightness (the luma of ITU-R BT.601, as Pillow rounds it) of ``pixels`` [..., 3]."""
    red, green, blue = (pixels[..., channel].astype(np.uint32) for channel in range(3))
    return np.asarray((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16, np.uint8)


def read_image(path: Path, otherwise: str = "") -> DecodedImage:
    """Return the image in the file at ``path``.

    Args:
        path: The file.
        otherwise: What else the file could have been, added to the message about one of no known format.

    Raises:
        BadInputError: If it is none, damaged, or has more than `MAX_PIXELS` pixels.
    """
    try:
        with quiet_pillow():
            return decode(path)
    except UnknownImageError as error:
        raise refusal(path, f"{error}{otherwise}") from error
    except UnusableImageError as error:
        raise refusal(path, str(error)) from error


@contextmanager
def quiet_pillow() -> Iterator[None]:
    """Silence Pillow's warnings, which are harmless, except the one about too many pixels, which becomes an error.

    What libtiff writes on stderr about damaged files is silenced too, since the error says it.
    """
    Image.init()
    _silence_libtiff()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


@cache
def _silence_libtiff() -> None:
    """Take libtiff its handler of errors, which writes on stderr and which Pillow leaves as it is."""
    with suppress(OSError, AttributeError):  # this Pillow has no libtiff, or in its own module
        library = ctypes.CDLL(_imaging.__file__)  # the names of what it links to are found through it
        library.TIFFSetErrorHandler.argtypes = [ctypes.c_void_p]
        library.TIFFSetErrorHandler.restype = ctypes.c_void_p
        library.TIFFSetErrorHandler(None)


def decode(file: Path | IO[bytes]) -> DecodedImage:
    """Return the image in ``file``; call it in `quiet_pillow`.

    Raises:
        UnusableImageError: If it is none, damaged, or has more than `MAX_PIXELS` pixels.
    """
    try:
        with Image.open(file, formats=_formats()) as image:
            if image.width * image.height > MAX_PIXELS:
                _too_large(f"{image.width} x {image.height}")
            return _decoded(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        _too_large(*re.findall(r"\d+", str(error))[:1])
    except UnidentifiedImageError as error:
        _refuse_unknown(file, error)
    except BROKEN as error:
        raise UnusableImageError("this image is damaged or cut off") from error


@cache
def _formats() -> tuple[str, ...]:
    """Return the formats that this build of Pillow reads; call it after `quiet_pillow`, which loads them."""
    return tuple(name for name in FORMATS if name in Image.OPEN)


def resized(images: Iterable[Levels], side: int) -> Levels:
    """Return the middle square of each image at ``side`` x ``side`` pixels: ``[N, side, side]`` or with channels."""
    return np.stack([_resized(image, side) for image in images])


def _resized(image: Levels, side: int) -> Levels:
    side_of_square = min(image.shape[:2])
    top_edge, left_edge = (image.shape[0] - side_of_square) // 2, (image.shape[1] - side_of_square) // 2
    square_image = Image.fromarray(
        np.ascontiguousarray(image[top_edge : top_edge + side_of_square, left_edge : left_edge + side_of_square])
    )
    return np.asarray(square_image.resize((side, side), Image.Resampling.LANCZOS))


def _decoded(image: Image.Image) -> DecodedImage:
    """Return the pixels of an open ``image``, whose size has been checked."""
    notes: tuple[str, ...] = ()
    if getattr(image, "n_frames", 1) > 1:
        notes = ("only the first image of an animation or of several pages",)
    deep_colour = image.mode in ("RGB", *WITH_ALPHA) and ";16" in str(getattr(image, "tile", ""))
    image.load()
    upright: Image.Image = image
    if (image.info or image.format == "TIFF") and image.getexif().get(ORIENTATION, 1) != 1:
        upright = ImageOps.exif_transpose(image)
    if image.mode in SIXTEEN_BITS:
        return DecodedImage(_within_16_bits(upright), None, notes)
    if image.mode == "F":
        return DecodedImage(np.array(upright, dtype=np.float32), None, notes)
    if upright.mode in WITH_ALPHA or "transparency" in upright.info:
        colour = np.asarray(upright.convert("RGBA"))
        grey = image.mode in ("L", "LA", "La")
        found = DecodedImage(np.ascontiguousarray(colour[..., 0] if grey else colour[..., :3]), colour[..., 3], notes)
    elif upright.mode in ("L", "RGB"):
        found = DecodedImage(np.array(upright), None, notes)
    elif upright.mode == "1":
        found = DecodedImage(np.array(upright.convert("L")), None, (*notes, "black and white made grey"))
    else:
        name = "palette" if upright.mode == "P" else upright.mode
        found = DecodedImage(np.array(upright.convert("RGB")), None, (*notes, f"{name} made RGB"))
    return _reduced(found) if deep_colour else found


def _within_16_bits(image: Image.Image) -> NDArray[np.uint16] | NDArray[np.int32]:
    values = np.asarray(image)
    if values.size and values.max() > np.iinfo(np.uint16).max:
        raise UnusableImageError("its pixels are not within 16 bits")
    return values.astype(np.int32) if values.size and values.min() < 0 else values.astype(np.uint16)


def _reduced(image: DecodedImage) -> DecodedImage:
    """Return a colour ``image`` of 16 bits, of which Pillow keeps the high bytes, if these are the image."""
    if int(np.max(image.pixels)) < LEAST_OF_HIGH_BYTE:
        raise UnusableImageError("its colours use less than 12 of 16 bits; give it as an npy file or with 8 bits")
    return DecodedImage(image.pixels, image.alpha, (*image.notes, "16-bit levels brought to 8 bits"))


def _refuse_unknown(file: Path | IO[bytes], error: Exception) -> NoReturn:
    if isinstance(file, Path):
        with file.open("rb") as opened:
            head = opened.read(1024).lower()
        if b"<svg" in head or file.suffix.lower() in (".svg", ".svgz"):
            raise UnusableImageError("an SVG is a drawing, which has no pixels; export it as PNG") from error
    raise UnknownImageError("this is no image that can be read") from error


def _too_large(size: str = "") -> NoReturn:
    raise UnusableImageError(f"it has {size or 'too many'} pixels; {MAX_PIXELS} are the most that is read")
