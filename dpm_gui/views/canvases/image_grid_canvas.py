"""A canvas with a grid of images, or one of them enlarged, at a whole number of screen pixels for each of theirs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from dpm_gui.views.canvases.canvas import Canvas, Link
from dpm_gui.views.items.image_grid import GridPixel, ImageGrid, whole_scale
from dpm_gui.views.items.image_item import ImageGridItem

MARGIN = 0.02
"""Width of the free margin, as a share of the side of what is shown."""
SMALLEST_RANGE = 2.0
"""Least width of a view, in pixels of an image."""


class ImageGridCanvas(Canvas):
    """Lays out images in a grid and brings all, or one, into view.

    Each pixel of what is fitted takes as many pixels of the screen as any other, where at least one fits. Two linked
    canvases take the scale of the smaller one. Zoomed by hand, the scale is free. Subclasses draw into `image_item`.

    Args:
        title: Title above the canvas.
        help_text: What is behind the "?".
        parent: Qt's owner.
    """

    enlarged = Signal(int)
    """Number of the image that now fills the canvas; -1 when all are shown again."""

    links_trajectories = True

    def __init__(self, title: str, help_text: str, parent: QWidget | None) -> None:
        self.grid = ImageGrid(0, 1, 1, 1)  # the arrangement of the images
        self.enlarged_image = -1
        self.linked: ImageGridCanvas | None = None  # the canvas whose scale is the same
        self.image_item = ImageGridItem()
        self._items = {}
        super().__init__(title, help_text, parent, equal=True)
        for axis in ("bottom", "left"):
            self.plotItem.hideAxis(axis)
        self.view.addItem(self.image_item, ignoreBounds=True)
        self.view.sigResized.connect(self._refit_both)

    @property
    def image_count(self) -> int:
        """Number of images that are there; the grid may have room for more."""
        return self.grid.count

    def set_grid(self, grid: ImageGrid) -> None:
        """Arrange the images in ``grid``, all of them in view, unless it is the one before."""
        if grid == self.grid:
            return
        self.grid = grid
        self.image_item.set_grid(grid)
        self.enlarge(-1)
        self.set_home(_with_margin(self._whole()))
        self.refit()  # the region may be the linked canvas's already

    def enlarge(self, image: int) -> None:
        """Enlarge one image to the whole canvas; -1 shows all again."""
        image = image if 0 <= image < self.image_count else -1
        if image == self.enlarged_image:
            return
        self.enlarged_image = image
        self.image_item.set_only(image)
        self.set_region(self.home if image < 0 else _with_margin(self._place_of(image)))
        self.enlarged.emit(image)

    def fit(self) -> None:
        self.enlarge(-1)
        super().fit()

    def refit(self) -> None:
        """Fit what is shown to the room that there is now, unless it was zoomed by hand."""
        if self._fitted(self.region) is not None:
            self.view.setRange(rect=self.in_view(self.region), padding=0.0)

    def links_to(self, other: Canvas) -> list[Link]:
        links = super().links_to(other)
        return [*links, (self.enlarged, other.enlarge)] if isinstance(other, ImageGridCanvas) else links

    def link_to(self, other: Canvas) -> None:
        super().link_to(other)
        self._share_scale(other, linked=True)

    def unlink_from(self, other: Canvas) -> None:
        super().unlink_from(other)
        self._share_scale(other, linked=False)

    def in_view(self, region: QRectF) -> QRectF:
        images, room, ratio = self._fitted(region), self.view.size(), self.devicePixelRatioF()
        if images is None:
            return region
        rooms = [room] if self.linked is None else [room, self.linked.view.size()]
        fitting = min(min(each.width() / images.width(), each.height() / images.height()) for each in rooms)
        scale = whole_scale(fitting, ratio)
        if scale * ratio < 1.0:
            return region
        left, top = (
            round(ratio * (length - scale * side) / 2) / ratio / scale
            for length, side in ((room.width(), images.width()), (room.height(), images.height()))
        )
        width, height = room.width() / scale, room.height() / scale
        return QRectF(images.left() - left, images.bottom() + top - height, width, height)  # y grows upwards

    def limited(self, region: QRectF) -> QRectF:
        widest = 2.0 * max(self.home.width(), self.home.height())
        width, shown = max(region.width(), region.height()), self.view.viewRect()
        grows = max(region.width() - shown.width(), region.height() - shown.height()) > 0
        if width < SMALLEST_RANGE or (grows and width > widest):
            return self.region
        centre = region.center()
        x = min(max(centre.x(), self.home.left()), self.home.right())
        y = min(max(centre.y(), self.home.top()), self.home.bottom())
        return region.translated(x - centre.x(), y - centre.y())

    def left_clicked(self, position: QPointF) -> None:
        if self.enlarged_image >= 0:
            self.enlarge(-1)
            return
        place = self.pixel_at(position)
        if place is not None:
            self.enlarge(place.image)

    def pixel_at(self, position: QPointF) -> GridPixel | None:
        """Return the pixel of an image at a position in the viewport, or None where there is none."""
        if not self.in_plot(position):
            return None
        place = self.to_data(position)
        found = self.grid.at(place.x(), -place.y())
        return found if found is None or self.enlarged_image in (-1, found.image) else None

    def close(self) -> None:
        """Unlink first: pyqtgraph takes a closed plot apart, and the other canvas is resized meanwhile."""
        if self.linked is not None:
            self.linked.linked = None
            self.linked = None
        super().close()

    def event(self, event: QEvent) -> bool:
        """Reserve Esc, which otherwise stops a run, for showing all images while one is enlarged."""
        if event.type() == QEvent.Type.ShortcutOverride and self._leaves_enlarged(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._refit_both()
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._leaves_enlarged(event):
            self.enlarge(-1)
        else:
            super().keyPressEvent(event)

    def _leaves_enlarged(self, event: QEvent) -> bool:
        return self.enlarged_image >= 0 and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape

    def _share_scale(self, other: Canvas, *, linked: bool) -> None:
        if isinstance(other, ImageGridCanvas):
            self.linked, other.linked = (other, self) if linked else (None, None)
            self.refit()
            other.refit()

    def _refit_both(self) -> None:
        self.refit()
        if self.linked is not None:
            self.linked.refit()

    def _fitted(self, region: QRectF) -> QRectF | None:
        """Return the place of the images that ``region`` was made for, or None if somebody zoomed to it."""
        if not self.grid.count:
            return None
        if region == self.home:
            return self._whole()
        found = self.grid.at(region.center().x(), -region.center().y())
        place = None if found is None else self._place_of(found.image)
        return place if place is not None and region == _with_margin(place) else None

    def _whole(self) -> QRectF:
        height, width = self.grid.size
        return QRectF(0.0, -height, width, height)

    def _place_of(self, image: int) -> QRectF:
        y, x = self.grid.corner(image)
        return QRectF(x, -y - self.grid.height, self.grid.width, self.grid.height)


def _with_margin(place: QRectF) -> QRectF:
    margin = MARGIN * max(place.height(), place.width())
    return place.adjusted(-margin, -margin, margin, margin)
