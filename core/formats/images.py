"""Pictures from files of a person's own, through Pillow: whole grey levels, grey or RGB, and what was done to them."""

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
"""What is read. Others among Pillow's formats start programs, are no pictures, or take any bytes for one."""
MAX_PIXELS = 64 * 1024**2
MAX_FILES = 200_000
SIXTEEN_BITS = ("I;16", "I;16B", "I;16L", "I;16N", "I")
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    OverflowError,
    MemoryError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow raises on a damaged file, by format."""
Picture = NDArray[np.uint8]


class _UnusableError(Exception):
    """Why one file gives no picture."""


class _UnknownError(_UnusableError):
    """It is none of the formats."""


def read_picture(path: Path) -> tuple[Picture, tuple[str, ...]]:
    """Return the picture at ``path``, ``[H, W]`` or ``[H, W, 3]``, and what was done to it, a few words each.

    Raises:
        BadInputError: If it is none, damaged, or has more than `MAX_PIXELS` pixels.
    """
    try:
        return _picture(path)
    except _UnknownError as error:
        raise refusal(path, f"{error}, nor npy, npz, HDF5, idx or a batch of CIFAR-10") from error
    except _UnusableError as error:
        raise refusal(path, str(error)) from error


def read_folder(folder: Path) -> tuple[list[Picture], tuple[str, ...]]:
    """Return all pictures in ``folder`` and the folders in it, in the order of their names, and what was done to them.

    They are all grey or all RGB. Files that are no pictures are left out, and counted.

    Raises:
        BadInputError: If there is no picture, or there are too many to be held.
    """
    pictures: list[Picture] = []
    done: Counter[str] = Counter()
    held = 0
    for path in _files(folder):
        try:
            picture, notes = _picture(path)
        except _UnusableError as error:
            done[f"left out: {error}"] += 1
            continue
        held += picture.nbytes
        if held > MAX_BYTES:
            refuse(folder, f"its pictures take more than {MAX_BYTES} bytes, which are the most that is read")
        pictures.append(picture)
        done.update(notes)
    if not pictures:
        refuse(folder, f"there is no picture in this folder{_why(done)}")
    return _of_one_kind(pictures, done), tuple(_counted(done))


def resized(pictures: Iterable[Picture], side: int) -> Picture:
    """Return the middle square of each picture at ``side`` x ``side`` pixels: ``[N, side, side]`` or with channels."""
    return np.stack([_resized(picture, side) for picture in pictures])


def grey_if_all_are(pictures: list[Picture]) -> list[Picture]:
    """Return RGB pictures none of which has any colour as grey ones, others as they are."""
    grey = all(picture.ndim == 3 and (picture == picture[..., :1]).all() for picture in pictures)
    return [picture[..., 0] for picture in pictures] if grey else pictures


def _resized(picture: Picture, side: int) -> Picture:
    square = min(picture.shape[:2])
    top, left = (picture.shape[0] - square) // 2, (picture.shape[1] - square) // 2
    middle = Image.fromarray(np.ascontiguousarray(picture[top : top + square, left : left + square]))
    return np.asarray(middle.resize((side, side), Image.Resampling.LANCZOS))


def _files(folder: Path) -> list[Path]:
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            found.append(path)
        if len(found) > MAX_FILES:
            refuse(folder, f"there are more than {MAX_FILES} files in this folder")
    return found


def _picture(path: Path) -> tuple[Picture, tuple[str, ...]]:
    Image.init()
    formats = [name for name in FORMATS if name in Image.OPEN]
    # Pillow warns of many harmless things; of too many pixels it shall not warn but refuse.
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
            raise _UnusableError("this picture is damaged or cut off") from error


def _levels(image: Image.Image) -> tuple[Picture, tuple[str, ...]]:
    """Return the grey levels of an open ``image``, whose size has been looked at, and what was done to them."""
    notes = []
    if getattr(image, "n_frames", 1) > 1:
        notes.append("the first picture alone of an animation or several pages")
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


def _of_one_kind(pictures: list[Picture], done: Counter[str]) -> list[Picture]:
    grey = [picture.ndim == 2 for picture in pictures]
    if any(grey) and not all(grey):
        done["grey among coloured ones made RGB"] += sum(grey)
        return [np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else picture for picture in pictures]
    return pictures


def _refuse_unknown(path: Path, error: Exception) -> NoReturn:
    with path.open("rb") as file:
        head = file.read(1024).lower()
    if b"<svg" in head or path.suffix.lower() in (".svg", ".svgz"):
        raise _UnusableError("an SVG is a drawing, which has no pixels; export it as PNG") from error
    raise _UnknownError("this is no picture that can be read") from error


def _too_large(size: str = "") -> NoReturn:
    raise _UnusableError(f"it has {size or 'too many'} pixels; {MAX_PIXELS} are the most that is read")


def _counted(done: Counter[str]) -> list[str]:
    return [f"{what} ({number} {'files' if number > 1 else 'file'})" for what, number in done.items()]


def _why(done: Counter[str]) -> str:
    reasons = _counted(Counter(dict(done.most_common(2))))
    return f": {'; '.join(reasons)}" if reasons else ""
