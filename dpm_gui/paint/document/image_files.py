"""Masks and pictures as files, by way of Qt's own readers.

Reading takes long and belongs into a job. Qt lets the window go on while it decodes a file, but not while it converts
or scales an image: both are done a band of rows at a time, so that the window has its turn in between.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from core.errors import BadInputError
from dpm_gui.views.canvases.image_levels import image_of, pixels_of

MASK_THRESHOLD = 128
LARGEST_SIDE = 8192
FITTED, CROPPED = "fitted", "cropped"
BAND = 2**17
"""Pixels of a band."""


def read_image(path: str | os.PathLike[str]) -> QImage:
    """Return the picture in the file at ``path``, turned as its camera was.

    Raises:
        BadInputError: If there is none, or it cannot be read, or is too large.
    """
    name = os.fspath(path)
    reader = QImageReader(name)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > LARGEST_SIDE:
        found = f"{size.width()} x {size.height()}"
        raise BadInputError(f"{name}: it has {found} pixels; a side may have {LARGEST_SIDE} at most")
    image = reader.read()
    if image.isNull():
        raise BadInputError(f"{name}: this is no picture that can be read: {reader.errorString()}")
    return image


def mask_of(image: QImage) -> NDArray[np.bool_]:
    """Return the mask ``[H, W]`` that a picture stands for: light pixels are to be filled in."""
    found: NDArray[np.bool_] = grey_of(image) >= MASK_THRESHOLD
    return found


def image_of_mask(mask: NDArray[np.bool_]) -> QImage:
    """Return a grey picture of ``mask``: white is to be filled in."""
    return image_of(np.where(mask, 255, 0).astype(np.uint8))


def scaled_mask(mask: NDArray[np.bool_], height: int, width: int) -> NDArray[np.bool_]:
    """Return ``mask`` [H, W] in another size, each pixel the nearest of the old ones."""
    rows = ((np.arange(height) + 0.5) * mask.shape[0] / height).astype(np.intp)
    columns = ((np.arange(width) + 0.5) * mask.shape[1] / width).astype(np.intp)
    found: NDArray[np.bool_] = mask[rows[:, None], columns]
    return found


def levels_of_shape(levels: NDArray[np.uint8], shape: tuple[int, ...], how: str) -> NDArray[np.float32]:
    """Return ``levels`` of any size as a picture of ``shape``, levels 0 … 255.

    Args:
        levels: ``[H, W]`` or ``[H, W, 3]``, with as many colours as ``shape``.
        shape: ``(H, W)`` or ``(H, W, 3)``.
        how: "fitted" squeezes it to that shape; "cropped" cuts its middle out, first scaled as little as will do.
    """
    height, width = shape[:2]
    if levels.shape[:2] != (height, width):
        keep = Qt.AspectRatioMode.IgnoreAspectRatio
        if how == CROPPED:
            keep = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        levels = _scaled(levels, QSize(levels.shape[1], levels.shape[0]).scaled(width, height, keep))
        top, left = (levels.shape[0] - height) // 2, (levels.shape[1] - width) // 2
        levels = levels[top : top + height, left : left + width]
    return levels.astype(np.float32)


def grey_of(image: QImage) -> NDArray[np.uint8]:
    """Return the grey levels ``[H, W]`` of ``image``; what is transparent is white."""
    return np.concatenate([_grey(band) for band in _cut(image)])


def rgb_of(image: QImage) -> NDArray[np.uint8]:
    """Return the colours ``[H, W, 3]`` of ``image``; what is transparent is white."""
    return np.concatenate([_rgb(band) for band in _cut(image)])


def _scaled(levels: NDArray[np.uint8], size: QSize) -> NDArray[np.uint8]:
    """Return ``levels`` in another size, first scaled across, where one row has nothing to do with the next."""
    bands = [levels[top : top + rows] for top, rows in _bands(*levels.shape[:2])]
    across = np.concatenate([_squeezed(band, QSize(size.width(), len(band))) for band in bands])
    return _squeezed(across, size)


def _squeezed(levels: NDArray[np.uint8], size: QSize) -> NDArray[np.uint8]:
    smooth = Qt.TransformationMode.SmoothTransformation
    image = image_of(levels).scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    return _rgb(image) if levels.ndim == 3 else _grey(image)


def _bands(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Cut a picture into bands; of each its first row, and how many there are."""
    rows = max(1, BAND // width)
    for top in range(0, height, rows):
        yield top, min(rows, height - top)


def _cut(image: QImage) -> Iterator[QImage]:
    for top, rows in _bands(image.height(), image.width()):
        yield image.copy(0, top, image.width(), rows)


def _grey(image: QImage) -> NDArray[np.uint8]:
    return pixels_of(_opaque(image).convertToFormat(QImage.Format.Format_Grayscale8), 1)[:, :, 0]


def _rgb(image: QImage) -> NDArray[np.uint8]:
    return pixels_of(_opaque(image).convertToFormat(QImage.Format.Format_RGB888), 3)


def _opaque(image: QImage) -> QImage:
    if not image.hasAlphaChannel():
        return image
    pixels = pixels_of(image.convertToFormat(QImage.Format.Format_RGBA8888_Premultiplied), 4).astype(np.uint16)
    return image_of((pixels[:, :, :3] + (255 - pixels[:, :, 3:])).clip(0, 255).astype(np.uint8))
