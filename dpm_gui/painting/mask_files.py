"""Masks and pictures as files, by way of Qt's own readers."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from core.errors import BadInputError

HALF = 128
LARGEST_SIDE = 8192
FITTED, CROPPED = "fitted", "cropped"


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
    found: NDArray[np.bool_] = grey_of(image) >= HALF
    return found


def image_of_mask(mask: NDArray[np.bool_]) -> QImage:
    """Return a grey picture of ``mask``: white is to be filled in."""
    levels = np.where(mask, 255, 0).astype(np.uint8)
    height, width = levels.shape
    return QImage(levels.tobytes(), width, height, width, QImage.Format.Format_Grayscale8).copy()


def scaled_mask(mask: NDArray[np.bool_], height: int, width: int) -> NDArray[np.bool_]:
    """Return ``mask`` [H, W] in another size, each pixel the nearest of the old ones."""
    rows = ((np.arange(height) + 0.5) * mask.shape[0] / height).astype(np.intp)
    columns = ((np.arange(width) + 0.5) * mask.shape[1] / width).astype(np.intp)
    found: NDArray[np.bool_] = mask[rows[:, None], columns]
    return found


def picture_for(image: QImage, shape: tuple[int, ...], how: str) -> NDArray[np.float32]:
    """Return ``image`` as a picture of ``shape``, grey levels 0 … 255.

    Args:
        image: Any picture.
        shape: ``(H, W)`` or ``(H, W, 3)``.
        how: "fitted" squeezes it to that shape; "cropped" cuts its middle out, first scaled as little as will do.
    """
    height, width = shape[:2]
    if image.size() != QSize(width, height):
        keep = Qt.AspectRatioMode.IgnoreAspectRatio
        if how == CROPPED:
            keep = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        image = image.scaled(QSize(width, height), keep, Qt.TransformationMode.SmoothTransformation)
        image = image.copy((image.width() - width) // 2, (image.height() - height) // 2, width, height)
    levels = rgb_of(image) if len(shape) == 3 else grey_of(image)
    return levels.astype(np.float32)


def grey_of(image: QImage) -> NDArray[np.uint8]:
    """Return the grey levels ``[H, W]`` of ``image``; what is transparent is white."""
    return _bytes(_opaque(image).convertToFormat(QImage.Format.Format_Grayscale8), 1)[:, :, 0]


def rgb_of(image: QImage) -> NDArray[np.uint8]:
    """Return the colours ``[H, W, 3]`` of ``image``; what is transparent is white."""
    return _bytes(_opaque(image).convertToFormat(QImage.Format.Format_RGB888), 3)


def _opaque(image: QImage) -> QImage:
    if not image.hasAlphaChannel():
        return image
    pixels = _bytes(image.convertToFormat(QImage.Format.Format_RGBA8888_Premultiplied), 4).astype(np.uint16)
    levels = (pixels[:, :, :3] + (255 - pixels[:, :, 3:])).clip(0, 255).astype(np.uint8)
    height, width = levels.shape[:2]
    return QImage(levels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _bytes(image: QImage, depth: int) -> NDArray[np.uint8]:
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return lines[:, : depth * image.width()].reshape(image.height(), image.width(), depth).copy()
