"""What the codecs of pictures need for the same pictures, tiled so that headers do not count."""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def tiled(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return ``pictures`` [N, H, W] or [N, H, W, 3] side by side in one, as near to a square as N's divisors allow."""
    count = len(pictures)
    rows = next(rows for rows in range(math.isqrt(count), 0, -1) if count % rows == 0)
    grid = pictures.reshape(rows, count // rows, *pictures.shape[1:]).swapaxes(1, 2)
    return grid.reshape(rows * pictures.shape[1], -1, *pictures.shape[3:])


def bits_per_dimension(pictures: NDArray[np.uint8], codec: str) -> float:
    """Return what ``codec``, "PNG" or "WebP", needs for a number of ``pictures``, without loss, at its best."""
    file, picture = io.BytesIO(), Image.fromarray(tiled(pictures))
    if codec == "PNG":
        picture.save(file, codec, optimize=True)
    else:
        picture.save(file, codec, lossless=True, quality=100, method=6)
    return 8 * len(file.getvalue()) / pictures.size
