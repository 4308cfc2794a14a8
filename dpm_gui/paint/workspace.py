"""Workspace Paint: what is to be filled in on the left, what comes of it on the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.opening import Opened
from dpm_gui.paint.inpainting.bit_page import BitPage
from dpm_gui.paint.inpainting.image_page import ImagePage
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.potential.page import PlanePage
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.window.actions import Actions

COMPARE_KEY = Qt.Key.Key_Z


class PaintWorkspace(QWidget):
    """Shows the page for what is open: a picture, a sequence of bits, or the plane."""

    def __init__(
        self,
        paint: PaintSession,
        potential_session: PotentialSession,
        actions: Actions,
        icons: IconSet,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._paint = paint
        self._potential_session = potential_session
        self._in_view = False
        self.image = ImagePage(paint, actions, icons, self)
        self._pages = QStackedWidget(self)
        self.bits = BitPage(paint, actions, self)
        self.plane = PlanePage(potential_session, actions, self)
        for page in (self.image, self.bits, self.plane):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        paint.document_loaded.connect(self._show_opened)

    def set_palette(self, palette: Palette) -> None:
        """Show everything in the colours of ``palette``."""
        for page in (self.image, self.bits, self.plane):
            page.set_palette(palette)

    @property
    def page(self) -> ImagePage | BitPage | PlanePage:
        """The page on show."""
        pages: tuple[ImagePage | BitPage | PlanePage, ...] = (self.image, self.bits, self.plane)
        return pages[self._pages.currentIndex()]

    def fit(self) -> None:
        """Show the whole picture."""
        self.page.fit()

    def set_in_view(self, in_view: bool) -> None:
        """Fill in while it is on show."""
        self._in_view = in_view
        self._update_in_view()
        if in_view:
            self.page.focus_canvas()

    def run(self) -> None:
        """Run what is painted, from the start."""
        if self.page is self.plane:
            self._potential_session.run()
        else:
            self._paint.run()

    def clear(self) -> None:
        """Take back all that is painted on the page on show."""
        if self.page is self.plane:
            self._potential_session.clear()
        elif self.page is self.bits:
            self._paint.mask_all()
        else:
            self._paint.document.clear()

    def resize_brush(self, steps: int) -> None:
        """Enlarge the brush in hand."""
        if self.page is self.plane:
            self.plane.resize_brush(steps)
        else:
            self._paint.document.resize_brush(steps)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == COMPARE_KEY and not event.modifiers() and not event.isAutoRepeat():
            self.page.compare(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == COMPARE_KEY and not event.isAutoRepeat():
            self.page.compare(False)
        else:
            super().keyReleaseEvent(event)

    def _show_opened(self, opened: Opened) -> None:
        data = opened.checkpoint.data
        page: ImagePage | BitPage | PlanePage = self.bits
        if data.is_image:
            page = self.image
        elif opened.checkpoint.kind == "gaussian":
            page = self.plane
            self._potential_session.follow()
        for other in (self.image, self.bits):
            if page is not other:
                other.deactivate()
        self._pages.setCurrentWidget(page)
        page.show_opened(opened)
        self._update_in_view()

    def _update_in_view(self) -> None:
        """Let what is on show run, and nothing else begin."""
        self._paint.set_in_view(self._in_view and self.page is not self.plane)
        self._potential_session.set_in_view(self._in_view and self.page is self.plane)
