"""Reads user images with Pillow as whole levels, grey or RGB, and reports how it converted them."""

from __future__ import annotations

import re
import struct
import warnings
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from core.formats.arrays import MAX_BYTES, refusal, refuse

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF")
"""Formats that are read. Pillow's others start programs, are no images, or accept any bytes as one."""
MAX_PIXELS = 64 * 1024**2
MAX_FILES = 200_000
SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")
BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError, OverflowError, MemoryError,
    RuntimeError, struct.error, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
"""Exceptions that Pillow raises on a damaged file."""
ImageArray = NDArray[np.uint8]


class _UnusableError(Exception):
    """The reason why a file gives no image."""


class _UnknownError(_UnusableError):
    """The file has none of the formats."""


def read_image(path: Path) -> tuple[ImageArray, tuple[str, ...]]:
    """Return the image at ``path``, ``[H, W]`` or ``[H, W, 3]``, and its conversions, a few words each.

    Raises:
        BadInputError: If it is none, damaged, or has more than `MAX_PIXELS` pixels.
    """
    try:
        return _image(path)
    except _UnknownError as error:
        raise refusal(path, f"{error}, nor npy, npz, HDF5, idx or a batch of CIFAR-10") from error
    except _UnusableError as error:
        raise refusal(path, str(error)) from error


def read_folder(folder: Path) -> tuple[list[ImageArray], tuple[str, ...]]:
    """Return all images in ``folder`` and the folders in it, in the order of their names, and their conversions.

    They are all grey or all RGB. Files that are no images are left out and counted.

    Raises:
        BadInputError: If there is no image, or they take too much memory.
    """
    images: list[ImageArray] = []
    changes: Counter[str] = Counter()
    bytes_held = 0
    for path in _files(folder):
        try:
            image, notes = _image(path)
        except _UnusableError as error:
            changes[f"left out: {error}"] += 1
            continue
        bytes_held += image.nbytes
        if bytes_held > MAX_BYTES:
            refuse(folder, f"its images take more than {MAX_BYTES} bytes, which are the most that is read")
        images.append(image)
        changes.update(notes)
    if not images:
        refuse(folder, f"there is no image in this folder{_why(changes)}")
    return _of_one_kind(images, changes), tuple(_counted(changes))


def resized(images: Iterable[ImageArray], side: int) -> ImageArray:
    """Return the middle square of each image at ``side`` x ``side`` pixels: ``[N, side, side]`` or with channels."""
    return np.stack([_resized(image, side) for image in images])


def grey_if_all_are(images: list[ImageArray]) -> list[ImageArray]:
    """Return RGB images as grey ones if none has any colour, otherwise unchanged."""
    grey = all(image.ndim == 3 and (image == image[..., :1]).all() for image in images)
    return [image[..., 0] for image in images] if grey else images


def _resized(image: ImageArray, side: int) -> ImageArray:
    side_of_square = min(image.shape[:2])
    top_edge, left_edge = (image.shape[0] - side_of_square) // 2, (image.shape[1] - side_of_square) // 2
    square_image = Image.fromarray(
        np.ascontiguousarray(image[top_edge : top_edge + side_of_square, left_edge : left_edge + side_of_square])
    )
    return np.asarray(square_image.resize((side, side), Image.Resampling.LANCZOS))


def _files(folder: Path) -> list[Path]:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            found.append(path)
        if len(found) > MAX_FILES:
            refuse(folder, f"there are more than {MAX_FILES} files in this folder")
    return found


def _image(path: Path) -> tuple[ImageArray, tuple[str, ...]]:
    Image.init()
    formats = [name for name in FORMATS if name in Image.OPEN]
    # Pillow's warnings are harmless, except the one about too many pixels.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(path, formats=formats) as image:
                if image.width * image.height > MAX_PIXELS:
                    _too_large(f"{image.width} x {image.height}")
                return _levels(image)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            _too_large(*re.findall(r"\d+", str(error))[:1])
        except UnidentifiedImageError as error:
            _refuse_unknown(path, error)
        except BROKEN as error:
            raise _UnusableError("this image is damaged or cut off") from error


def _levels(image: Image.Image) -> tuple[ImageArray, tuple[str, ...]]:
    """Return the levels of an open ``image``, whose size has been checked, and its conversions."""
    notes = []
    if getattr(image, "n_frames", 1) > 1:
        notes.append("only the first image of an animation or of several pages")
    if image.mode in SIXTEEN_BITS:
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() > 65535:
            raise _UnusableError("its pixels are not within 16 bits")
        if image.mode == "I" and values.max() <= 255:
            return values.astype(np.uint8), tuple(notes)
        return np.rint(values / 257).astype(np.uint8), (*notes, "16-bit levels brought to 8 bits")
    if image.mode == "F":
        raise _UnusableError("its pixels are floating-point numbers; give them as an npy file")
    upright: Image.Image = ImageOps.exif_transpose(image)
    if upright.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in upright.info:
        colour = upright.convert("RGBA")
        notes.append("transparent pixels laid over white")
        white = Image.new("RGBA", colour.size, "white")
        white.alpha_composite(colour)
        upright = white.convert("L" if image.mode in ("L", "LA", "La") else "RGB")
    elif upright.mode == "1":
        notes.append("black and white made grey")
    elif upright.mode not in ("L", "RGB"):
        notes.append(f"{'palette' if upright.mode == 'P' else upright.mode} made RGB")
    grey = upright.mode in ("1", "L")
    return np.array(upright.convert("L" if grey else "RGB")), tuple(notes)


def _of_one_kind(images: list[ImageArray], changes: Counter[str]) -> list[ImageArray]:
    grey = [image.ndim == 2 for image in images]
    if any(grey) and not all(grey):
        changes["grey among coloured ones made RGB"] += sum(grey)
        return [np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image for image in images]
    return images


def _refuse_unknown(path: Path, error: Exception) -> NoReturn:
    with path.open("rb") as file:
        head = file.read(1024).lower()
    if b"<svg" in head or path.suffix.lower() in (".svg", ".svgz"):
        raise _UnusableError("an SVG is a drawing, which has no pixels; export it as PNG") from error
    raise _UnknownError("this is no image that can be read") from error


def _too_large(size: str = "") -> NoReturn:
    raise _UnusableError(f"it has {size or 'too many'} pixels; {MAX_PIXELS} are the most that is read")


def _counted(changes: Counter[str]) -> list[str]:
    return [f"{what} ({number} {'files' if number > 1 else 'file'})" for what, number in changes.items()]


def _why(changes: Counter[str]) -> str:
    reasons = _counted(Counter(dict(changes.most_common(2))))
    return f": {'; '.join(reasons)}" if reasons else ""
