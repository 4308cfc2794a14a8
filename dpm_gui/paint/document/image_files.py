"""Masks and images as files, read by Qt.

Reading takes long and belongs in a job. The window can run while Qt decodes a file, but not while Qt converts or scales
an image. Both are therefore done in bands of rows, so that the window stays responsive.
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
"""Pixels in a band."""


def read_image(path: str | os.PathLike[str]) -> QImage:
    """Return the image in the file at ``path``, rotated as its metadata require.

    Raises:
        BadInputError: If the file is missing, cannot be read as an image, or is too large.
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
        raise BadInputError(f"{name}: this image cannot be read: {reader.errorString()}")
    return image


def mask_of(image: QImage) -> NDArray[np.bool_]:
    """Return the mask ``[H, W]`` of an image: True (to be inpainted) where its grey level reaches `MASK_THRESHOLD`."""
    found: NDArray[np.bool_] = grey_of(image) >= MASK_THRESHOLD
    return found


def image_of_mask(mask: NDArray[np.bool_]) -> QImage:
    """Return a grey image of ``mask`` [H, W]: white where it is True, black elsewhere."""
    return image_of(np.where(mask, 255, 0).astype(np.uint8))


def scaled_mask(mask: NDArray[np.bool_], height: int, width: int) -> NDArray[np.bool_]:
    """Return ``mask`` [H, W] scaled to ``[height, width]`` by nearest neighbour."""
    rows = ((np.arange(height) + 0.5) * mask.shape[0] / height).astype(np.intp)
    columns = ((np.arange(width) + 0.5) * mask.shape[1] / width).astype(np.intp)
    found: NDArray[np.bool_] = mask[rows[:, None], columns]
    return found


def levels_of_shape(levels: NDArray[np.uint8], shape: tuple[int, ...], how: str) -> NDArray[np.float32]:
    """Return ``levels`` of any size scaled to ``shape``, levels 0 … 255.

    Args:
        levels: ``[H, W]`` or ``[H, W, 3]``, with as many colours as ``shape``.
        shape: ``(H, W)`` or ``(H, W, 3)``.
        how: "fitted" stretches the image to ``shape``; "cropped" scales it to cover ``shape`` and keeps its middle.
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
    """Return the grey levels ``[H, W]`` of ``image``, 0 … 255, on white where it is transparent."""
    return np.concatenate([_grey(band) for band in _cut(image)])


def rgb_of(image: QImage) -> NDArray[np.uint8]:
    """Return the colours ``[H, W, 3]`` of ``image``, 0 … 255, on white where it is transparent."""
    return np.concatenate([_rgb(band) for band in _cut(image)])


def _scaled(levels: NDArray[np.uint8], size: QSize) -> NDArray[np.uint8]:
    """Return ``levels`` scaled to ``size``: first in width, in bands, since rows are then independent."""
    bands = [levels[top : top + rows] for top, rows in _bands(*levels.shape[:2])]
    across = np.concatenate([_squeezed(band, QSize(size.width(), len(band))) for band in bands])
    return _squeezed(across, size)


def _squeezed(levels: NDArray[np.uint8], size: QSize) -> NDArray[np.uint8]:
    smooth = Qt.TransformationMode.SmoothTransformation
    image = image_of(levels).scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    return _rgb(image) if levels.ndim == 3 else _grey(image)


def _bands(height: int, width: int) -> Iterator[tuple[int, int]]:
    """Yield the first row and the number of rows of each band of an image."""
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
