"""Code lengths of image codecs, for tiled images so that headers do not count."""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def tiled(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Tile ``images`` [N, H, W] or [N, H, W, 3] into one, as nearly square as the divisors of N allow."""
    count = len(images)
    rows = next(rows for rows in range(math.isqrt(count), 0, -1) if count % rows == 0)
    grid = images.reshape(rows, count // rows, *images.shape[1:]).swapaxes(1, 2)
    return grid.reshape(rows * images.shape[1], -1, *images.shape[3:])


def bits_per_dimension(images: NDArray[np.uint8], codec: str) -> float:
    """Return the bits per number that ``codec``, "PNG" or "WebP", needs for ``images``, lossless, at its best."""
    file, image = io.BytesIO(), Image.fromarray(tiled(images))
    if codec == "PNG":
        image.save(file, codec, optimize=True)
    else:
        image.save(file, codec, lossless=True, quality=100, method=6)
    return 8 * len(file.getvalue()) / images.size
