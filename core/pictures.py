"""Which data are pictures: grey ones ``(height, width)``, and RGB ones ``(height, width, 3)``, channels last."""

from __future__ import annotations

RGB = 3


def is_picture(shape: tuple[int, ...]) -> bool:
    """Tell whether examples of ``shape`` are pictures."""
    return len(shape) == 2 or (len(shape) == 3 and shape[2] == RGB)


def channels_of(shape: tuple[int, ...]) -> int:
    """Return the numbers of one pixel: 3 of an RGB picture, else 1."""
    return RGB if len(shape) == 3 else 1


def pixels_of(shape: tuple[int, ...]) -> int:
    """Return the pixels of one picture."""
    return shape[0] * shape[1]
