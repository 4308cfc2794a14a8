"""The base class of every plot and canvas: header, colours and menu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QFont, QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QWidget

from dpm_gui.desktop.focus_ring import OWN_RING
from dpm_gui.desktop.theme import LIGHT, Palette, text_size
from dpm_gui.views.figures.figure_header import FigureHeader
from dpm_gui.views.figures.figure_menu import figure_menu
from dpm_gui.views.figures.panned_plot import PannedPlot
from dpm_gui.views.figures.plot_axis import PlotAxis

RING = 2
"""Width of the ring that shows the keyboard focus, in pixels."""
_MESSAGE_MARGIN = 24
_KEYBOARD = {Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason}
_POINTER = {Qt.FocusReason.MouseFocusReason, Qt.FocusReason.OtherFocusReason}
_FONT_EVENTS = {QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange}


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers behind a figure.

    Attributes:
        name: Stem of the file name.
        columns: Arrays of equal length by header, which includes the unit.
    """

    name: str
    columns: Mapping[str, NDArray[np.generic]]


class Figure(PannedPlot):
    """A plot with a title, a note, a "?" that explains it and a menu that exports it.

    Args:
        title: Title above the figure, and its accessible name.
        help_text: Rich text behind the "?": two sentences, the formula, the section of the paper.
        parent: Qt's owner.
        axes: The bottom and the left axis.
        equal: Whether both axes have the same scale.
    """

    export_asked = Signal(str)
    """"png", "svg", "csv", or "copy" for an image on the clipboard."""

    def __init__(
        self,
        title: str,
        help_text: str,
        parent: QWidget | None = None,
        *,
        axes: tuple[PlotAxis, PlotAxis] | None = None,
        equal: bool = False,
    ) -> None:
        self._axes = axes or (PlotAxis("bottom", ""), PlotAxis("left", ""))
        self._header: FigureHeader | None = None
        super().__init__(parent, self._axes, equal=equal)
        self.plotItem.layout.setContentsMargins(6, 0, 12, 6)
        self._palette = LIGHT
        self._line_scale = 1.0
        self._with_ring = self._by_keyboard = False
        self._header = FigureHeader(title, help_text, self)
        self._message = QLabel(self.viewport())
        self._message.setWordWrap(True)
        self._message.setAutoFillBackground(True)
        self._message.setMargin(8)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._message.hide()
        self._caption = QLabel(self.viewport())
        self._caption.setAutoFillBackground(True)
        self._caption.setWordWrap(True)
        self._caption.setMargin(2)
        self._caption.setTextFormat(Qt.TextFormat.PlainText)
        self._caption.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._caption.hide()
        self.view.sigResized.connect(self._place_labels)
        self.setFrameStyle(QFrame.Shape.Box | QFrame.Shadow.Plain)
        self.setLineWidth(RING)
        self.setProperty(OWN_RING, True)
        self.setAccessibleName(title)
        self.apply_palette()

    @property
    def header(self) -> FigureHeader:
        if self._header is None:
            raise RuntimeError("a figure has no header before it is built")
        return self._header

    @property
    def message(self) -> str | None:
        """The message over the figure, or None."""
        return None if self._message.isHidden() else self._message.text()

    def set_palette(self, palette: Palette) -> None:
        """Draw everything in the colours of ``palette``."""
        if palette != self._palette:
            self._palette = palette
            self.apply_palette()

    def set_line_scale(self, scale: float) -> None:
        """Draw lines and points ``scale`` times as thick, for a projector."""
        if scale != self._line_scale:
            self._line_scale = scale
            self.apply_palette()

    def set_note(self, text: str, *shorter: str) -> None:
        """Show a short muted text at the top right, or the first of ``shorter`` for which there is room."""
        self.header.set_note(text, *shorter)

    def set_readout(self, text: str, *shorter: str) -> None:
        """Show a muted line of numbers below the title; a space keeps its room, an empty text takes none.

        Where there is no room for ``text``, the first of ``shorter`` that fits is shown.
        """
        grows = bool(text) != bool(self.header.readout)
        self.header.set_readout(text, *shorter)
        if grows:
            self._place_header()

    def set_message(self, text: str | None) -> None:
        """Show a message over the figure, such as why it is empty; None removes it."""
        if text == self.message:
            return
        self._message.hide()  # another message is another thing on the screen: it does not move there
        self._message.setText(text or "")
        self._place_labels()
        self._message.setVisible(text is not None)

    def set_blank(self, blank: bool) -> None:
        """Hide axes and contents, until what is to be shown is known, or show them."""
        self.plotItem.setOpacity(0.0 if blank else 1.0)  # hidden, it would be laid out anew when it is shown

    def set_caption(self, text: str) -> None:
        """Show a short muted text within the axes, at the bottom right; an empty text removes it."""
        self._caption.hide()
        self._caption.setText(text)
        self._place_labels()
        self._caption.setVisible(bool(text))

    def table(self) -> Table:
        """Return the numbers shown."""
        raise NotImplementedError

    def apply_palette(self) -> None:
        """Apply colours, fonts and line widths to everything."""
        palette = self._palette
        self.setBackground(palette.surface)
        self._colour_ring()
        font = QFont(self.font())
        font.setPointSizeF(text_size(self))
        for axis in self._axes:
            axis.apply_palette(palette, font, self._line_scale)
        colours = QPalette(self.palette())
        colours.setColor(QPalette.ColorRole.WindowText, QColor(palette.muted))
        for label in (self._message, self._caption):
            label.setFont(font)
            label.setPalette(colours)
        self.header.apply_palette(palette, font)
        self._place_header()
        self._place_labels()
        self.apply_palette_to_items(palette, self._line_scale)

    def apply_palette_to_items(self, palette: Palette, line_scale: float) -> None:
        """Subclasses: apply colours and line widths to the items. Already called by the base class's constructor."""

    def context_menu(self) -> QMenu:
        """Return a new menu that can fit the view and ask for exports; it deletes itself once closed."""
        columns = self.table().columns.values()
        empty = not any(len(column) for column in columns)
        return figure_menu(self, self.fit, self.export_asked.emit, empty=empty)

    def right_clicked(self, position: QPoint) -> None:
        self.context_menu().popup(position)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu on the menu key; a right click opens it once it is known not to be a drag."""
        event.accept()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.context_menu().popup(self.viewport().mapToGlobal(self.viewport().rect().center()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in _KEYBOARD | _POINTER:
            self._by_keyboard = event.reason() in _KEYBOARD
        self._show_ring(self._by_keyboard)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_ring(False)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if self._header is None:
            return
        if event.type() in _FONT_EVENTS:
            self.apply_palette()
        elif event.type() == QEvent.Type.PaletteChange:
            # Under a style sheet Qt restores the first colours of a widget when a dock is shown (Qt 6.11).
            self._colour_ring()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._place_header()

    def _show_ring(self, on: bool) -> None:
        if on != self._with_ring:
            self._with_ring = on
            self._colour_ring()

    def _colour_ring(self) -> None:
        colours = QPalette(self.palette())
        colours.setColor(QPalette.ColorRole.Window, QColor(self._palette.surface))
        # Qt draws a plain frame in the text colour; in the colour of the surface it is invisible.
        ring = self._palette.forward if self._with_ring else self._palette.surface
        colours.setColor(QPalette.ColorRole.WindowText, QColor(ring))
        if colours != self.palette():
            self.setPalette(colours)

    def _place_header(self) -> None:
        if self._header is None:
            return
        height = self._header.sizeHint().height()
        self.setViewportMargins(0, height, 0, 0)
        if self.range != QRectF(self.viewport().rect()):
            self.fit_viewport()  # a hidden figure is not told of its new viewport
        inner = self.contentsRect()
        self._header.setGeometry(inner.left(), inner.top(), inner.width(), height)

    def _place_labels(self) -> None:
        room = self.view.sceneBoundingRect().toAlignedRect()
        margin = min(_MESSAGE_MARGIN, room.width() // 4)
        widest = room.adjusted(margin, 0, -margin, 0)
        size = self._message.sizeHint().boundedTo(widest.size())
        size.setHeight(max(size.height(), self._message.heightForWidth(size.width())))
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(room.center())
        self._message.setGeometry(place)
        widest = self._caption.fontMetrics().horizontalAdvance(self._caption.text()) + 2 * self._caption.margin() + 1
        width = min(widest, room.width() * 2 // 3)
        size = QSize(width, self._caption.heightForWidth(width))
        self._caption.setGeometry(QRect(room.bottomRight() - QPoint(size.width() + 4, size.height() + 4), size))
