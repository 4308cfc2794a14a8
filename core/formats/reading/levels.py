"""The range that the values of images use, and their whole grey levels 0 … 255."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.images import Levels
from core.values.checkpoints import LEVELS, MAX_LEVEL

Pixels = NDArray[np.generic]
Range = tuple[float, float]
UNIT, SIGNED_UNIT, BYTE = (0.0, 1.0), (-1.0, 1.0), (0.0, 255.0)
MOST_BITS = 16
PROBED = 2**16
"""Values that are looked at before all of them are."""
DARK = 63
"""Images none of whose levels exceeds this are nearly black, and may be on a scale of their own."""
WANTED = "where 0 … 255, 0 … 1, -1 … 1 or whole numbers up to 65535 are wanted"


def used_range(images: Sequence[Pixels], trained: Range | None = None) -> Range:
    """Return the range of which the values of ``images`` are a part: 0 … 1, -1 … 1, 0 … 255 or that of 9 to 16 bits.

    Bytes and values up to 255 are levels, unless all are 0 … 1. Larger whole numbers have as many bits as the largest
    one needs.

    Args:
        images: Arrays of any shapes, none of them empty; all parts of one data set.
        trained: The range of the data that a model was trained on, if these are for it. It decides where it contains
            the values and the bits used are more than eight.

    Raises:
        BadInputError: If the values lie in none of these ranges, or it cannot be told in which.
    """
    if all(image.dtype == np.uint8 for image in images) and any(_exceeds(image, 1) for image in images):
        return BYTE
    low = min(float(image.min()) for image in images)
    high = max(float(image.max()) for image in images)
    found = _range(images, low, high)
    if trained is None or found == trained or all(image.dtype == np.uint8 for image in images):
        return found
    if trained[1] > BYTE[1] and found[1] > BYTE[1]:
        if high > trained[1]:
            raise BadInputError(f"its pixels lie between {low:g} and {high:g}, and {_trained(trained)}")
        return trained
    whole = all(image.dtype.kind in "iu" for image in images)
    if (found, trained) == (UNIT, SIGNED_UNIT) or (found == BYTE and trained[1] > BYTE[1] and whole):
        raise BadInputError(
            f"its pixels lie between {low:g} and {high:g}, which may be {_text(found)} or {_text(trained)}, since "
            f"{_trained(trained)}; give an 8-bit image file instead, or bytes"
        )
    return found


def grey_levels(images: Pixels, used: Range) -> Levels:
    """Return pixels ``[N, ...]`` of the range ``used`` as whole grey levels 0 … 255; values in between are rounded.

    Levels above 255 carry uniform noise of one level, as samples of a model do; all values are rounded down then.
    """
    low, high = used
    if used == BYTE and images.dtype == np.uint8:
        return np.asarray(images, np.uint8)
    carries_noise = used == BYTE and images.dtype.kind == "f" and float(images.max()) > BYTE[1]
    levels = np.empty(images.shape, np.uint8)
    for index, image in enumerate(images):  # so that only one is held in float64 at a time
        scaled = (np.asarray(image, np.float64) - low) * (MAX_LEVEL / (high - low))
        levels[index] = np.floor(scaled) if carries_noise else np.rint(scaled)
    return levels


def range_note(used: Range) -> tuple[str, ...]:
    """Return what is done to pixels of the range ``used`` to make them grey levels, if anything."""
    if used == BYTE:
        return ()
    bits = int(used[1]).bit_length()
    if bits == MOST_BITS:
        return ("16-bit levels brought to 8 bits",)
    return (f"{bits}-bit levels {_text(used)} brought to 8 bits" if bits > 1 else f"{_text(used)} scaled to 0 … 255",)


def dark_note(images: Sequence[Levels] | Levels) -> tuple[str, ...]:
    """Return what is said of images that are nearly black, if they are."""
    if any(_exceeds(image, DARK) for image in images):  # most often the first one
        return ()
    highest = max(int(image.max()) for image in images)
    scale = "scale them to 0 … 1 if white is less than 255"
    return (f"nearly black: their levels reach {highest} of 255; {scale}",) if highest else ()


def _exceeds(image: Pixels, level: int) -> bool:
    """Return whether a byte of ``image`` is more than ``level``; the beginning is enough for nearly every image."""
    return bool(image.reshape(-1)[:PROBED].max() > level) or bool(image.max() > level)


def _range(images: Sequence[Pixels], low: float, high: float) -> Range:
    if low >= 0 and high <= 1:
        return UNIT
    if low >= -1 and high <= 1:
        return SIGNED_UNIT
    if low >= 0 and high <= BYTE[1]:
        return BYTE
    if low >= 0 and high < LEVELS and all(image.dtype.kind == "f" for image in images):
        return BYTE  # levels with noise
    if low >= 0 and high < 2**MOST_BITS and all(_whole(image) for image in images):
        # float16 rounds the largest number of 12 bits and more up to the next power of two
        largest = int(high) - (high > LEVELS and all(image.dtype == np.float16 for image in images))
        return 0.0, float(2 ** largest.bit_length() - 1)
    raise BadInputError(f"its pixels lie between {low:g} and {high:g}, {WANTED}")


def _whole(image: Pixels) -> bool:
    return image.dtype.kind in "biu" or bool((image == np.floor(np.asarray(image, np.float64))).all())


def _text(used: Range) -> str:
    return f"{used[0]:g} … {used[1]:g}"


def _trained(trained: Range) -> str:
    return f"those that the model was trained on in {_text(trained)}"
