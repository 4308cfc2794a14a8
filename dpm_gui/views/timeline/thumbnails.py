"""The strip of thumbnails below the slider, each under the step it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from dpm_gui.desktop.theme import ColouredWidget
from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.views.timeline.time_slider_painter import TimeAxis

LARGEST, SMALLEST, GAP = 48, 28, 8
"""Greatest and least side of a thumbnail, and least gap between two, in pixels."""
MOST = 21
"""Most thumbnails: where there is less room, every second, fourth, fifth or tenth of them is shown."""


@dataclass(frozen=True, slots=True)
class _Thumbnail:
    t: int
    place: QRectF
    image: QImage | None


class ThumbnailStrip(ColouredWidget):
    """Thumbnails of some steps; a click on one asks for its step."""

    seek_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last = 0
        self._t = 0
        self._scale: TimeScale | None = None
        self._view = (0.0, 1.0)
        self._images: tuple[tuple[int, QImage | None], ...] = ()
        self._thumbnails: tuple[_Thumbnail, ...] = ()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setAccessibleName("Thumbnails of some steps")

    def set_last(self, last: int) -> None:
        """Set T; the earlier thumbnails are dropped, and steps are even again."""
        self._last, self._images, self._scale = last, (), None
        self._arrange()

    def set_view(self, view: tuple[float, float]) -> None:
        """Show the part of the axis between two places, 0.0 … 1.0."""
        self._view = view
        self._arrange()

    def set_scale(self, scale: TimeScale | None) -> None:
        """Lay the steps out on ``scale``; None for evenly."""
        self._scale = scale
        self._arrange()

    def set_thumbnails(self, images: Sequence[tuple[int, QImage | None]]) -> None:
        """Show a thumbnail, or its empty place, for each given step, in even places from the first to the last.

        If the strip is too narrow, some of the inner ones are left out.
        """
        self._images = tuple(sorted(images, key=lambda pair: pair[0]))
        self._arrange()

    def set_t(self, t: int) -> None:
        """Mark the thumbnail nearest to step ``t``."""
        before, self._t = self._nearest(), t
        if self._nearest() != before:
            self.update()

    def place_of(self, t: int) -> QRectF | None:
        """Return the place of the thumbnail of step ``t``, or None if it is not shown."""
        return next((thumbnail.place for thumbnail in self._thumbnails if thumbnail.t == t), None)

    def sizeHint(self) -> QSize:
        return QSize(400, LARGEST)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, SMALLEST)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        nearest = self._nearest()
        for thumbnail in self._thumbnails:
            painter.fillRect(thumbnail.place, QColor(self._palette.surface))
            if thumbnail.image is not None:
                painter.drawImage(thumbnail.place, thumbnail.image)
            marked = thumbnail.image is not None and thumbnail.t == nearest
            width = 2.0 if marked else 1.0
            painter.setPen(QPen(QColor(self._palette.ink if marked else self._palette.hairline), width))
            inside = width / 2
            painter.drawRect(thumbnail.place.adjusted(inside, inside, -inside, -inside))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._under(event.position()) is None:
            self.unsetCursor()
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        thumbnail = self._under(event.position())
        if thumbnail is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
        else:
            self.seek_asked.emit(thumbnail.t)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            thumbnail = self._under(QPointF(event.pos()))
            if thumbnail is not None:
                QToolTip.showText(event.globalPos(), f"Show t = {thumbnail.t}", self, thumbnail.place.toAlignedRect())
                return True
            QToolTip.hideText()
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._arrange()
        return super().event(event)

    def _under(self, point: QPointF) -> _Thumbnail | None:
        shown = (thumbnail for thumbnail in self._thumbnails if thumbnail.image is not None)
        return next((thumbnail for thumbnail in shown if thumbnail.place.contains(point)), None)

    def _nearest(self) -> int | None:
        return min((thumbnail.t for thumbnail in self._thumbnails), key=lambda t: abs(t - self._t), default=None)

    def _arrange(self) -> None:
        """Choose the thumbnails that fit, and scale those once."""
        axis = TimeAxis(self.width(), self._last, self._scale, self._view)
        images: Sequence[tuple[int, QImage | None]] = self._images
        if self._view != (0.0, 1.0):
            images = [image for image in images if axis.in_view(axis.x_of(image[0]))]
        if not images and self._last:
            images = [(t, None) for t in even_steps(axis, self._last, MOST)]
        side = min(self.height(), LARGEST)
        top = (self.height() - side) // 2
        self._thumbnails = tuple(
            _Thumbnail(t, place, _scaled(image, place, self.devicePixelRatioF()))
            for (t, image), x in _in_even_places(images, axis, side + GAP)
            for place in (QRectF(round(x - side / 2), top, side, side),)
        )
        self.update()


def even_steps(axis: TimeAxis, last: int, count: int) -> list[int]:
    """Return up to ``count`` steps of 0 … ``last`` in view, ascending, with both ends, that lie evenly on ``axis``."""
    low, high = axis.ends
    high = min(high, last)
    first, end = axis.x_of(low), axis.x_of(high)
    places = (first + (end - first) * index / (count - 1) for index in range(count))
    return sorted({low, high, *(axis.t_at(place) for place in places)}) if low <= high else []


def _in_even_places(
    images: Sequence[tuple[int, QImage | None]], axis: TimeAxis, room: float
) -> list[tuple[tuple[int, QImage | None], float]]:
    """Return the images that fit, each with the even place nearest to its step.

    Args:
        images: Steps, ascending, with their images.
        axis: Position of each step.
        room: Least distance of two places, in pixels.
    """
    places = np.array([axis.x_of(t) for t, _ in images])
    count = len(images) - 1
    if count < 1:
        return list(zip(images, places.tolist(), strict=True))
    start, end = float(places[0]), float(places[-1])
    if np.abs(np.linspace(start, end, count + 1) - places).max() > 0.5 * (end - start) / count:
        count = MOST - 1  # the scale leaves gaps between steps, where places stay empty
    distance = (end - start) / count
    stride = next((each for each in range(1, count + 1) if count % each == 0 and each * distance >= room), 0)
    if not stride:
        return [(images[0], start)]
    found: dict[int, tuple[int, QImage | None]] = {}
    for image, index in zip(images, np.round((places - start) / distance).astype(int).tolist(), strict=True):
        if index % stride == 0:
            found.setdefault(index, image)
    return [(image, start + index * distance) for index, image in found.items()]


def _scaled(image: QImage | None, place: QRectF, ratio: float) -> QImage | None:
    """Return the image centred in a square of the size of its place, in device pixels."""
    if image is None or image.isNull():
        return None
    size = (place.size() * ratio).toSize()
    grows = image.width() < size.width() and image.height() < size.height()
    mode = Qt.TransformationMode.FastTransformation if grows else Qt.TransformationMode.SmoothTransformation
    scaled = image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, mode)
    square = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.drawImage((size.width() - scaled.width()) // 2, (size.height() - scaled.height()) // 2, scaled)
    painter.end()
    return square
