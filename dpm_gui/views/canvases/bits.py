"""Sequences of bits: one row each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent
from PySide6.QtWidgets import QGraphicsItem, QWidget

from core.values.runs import Frame
from dpm_gui.desktop.theme import Palette, text_size
from dpm_gui.views.canvases.bit_path import BitPath, CellAxis
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.image_levels import tinted
from dpm_gui.views.figures.explanations import BITS_FORWARD_HELP, BITS_REVERSE_HELP
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.items.bit_items import BitImage, RowMark, RuleItem

ROWS = 48
"""Sequences in view at first; the wheel and a drag reach the others."""
MEAN_HEIGHT, GAP = 2.0, 1.0
"""Height of the strip of means, and of the gap below it, in rows."""
USUAL_READOUT = "one sequence a row; above, the frequency of ones"
SHORT_READOUT = "one sequence a row"
LEAST_ROWS = 4.0


class BitsView(Canvas):
    """One canvas with sequences of bits at one step: ones are dark on light, or light on dark.

    A strip above the sequences shows the frequency of ones in each column. After a click on a sequence, its path is
    shown at the right, one row a step, the noise at the top. The line below the title tells the bit under the pointer.

    Args:
        side: "forward" or "reverse": the side of the states, and with it the hue that marks a row.
        title: Title above the canvas.
        parent: Qt's owner.
    """

    keeps_choice = True
    layers = ("sequences", "shares", "rule", "path")
    initial_layers = frozenset({"sequences", "shares", "path"})

    def __init__(self, side: str, title: str, parent: QWidget | None = None) -> None:
        self._side = side
        self._bits = np.empty((0, 1), np.float32)
        self._frame: Frame | None = None
        self._marked = -1
        self._with_path = "path" in self.initial_layers
        self._pointer: QPointF | None = None
        self._bit_path: BitPath | None = None
        # The items come first: the base class applies the palette to them.
        self._rows, self._means = BitImage(), BitImage()
        self._rule, self._mark = RuleItem(), RowMark()
        self._items: dict[str, QGraphicsItem] = {
            "sequences": self._rows,
            "shares": self._means,
            "rule": self._rule,
        }
        axes = CellAxis("bottom", "place in the sequence", whole=True), CellAxis("left", "sequence", whole=True)
        self._places, self._counts = axes
        help_text = {"forward": BITS_FORWARD_HELP, "reverse": BITS_REVERSE_HELP}[side]
        super().__init__(title, help_text, parent, axes=axes)
        for name, item in self._items.items():
            self.view.addItem(item, ignoreBounds=True)
            item.setVisible(name in self.initial_layers)
        self.view.addItem(self._mark, ignoreBounds=True)
        self._bit_path = BitPath(self.plotItem)
        self.viewport().setMouseTracking(True)
        self.apply_palette()
        self._describe()

    @property
    def bit_path(self) -> BitPath:
        """The path beside the sequences."""
        if self._bit_path is None:
            raise RuntimeError("a canvas has no path before it is built")
        return self._bit_path

    @property
    def path(self) -> NDArray[np.float32] | None:
        """The path shown, ``[S, D]``."""
        return self.bit_path.states

    def layer_shown(self, name: str) -> bool:
        return self._with_path if name == "path" else super().layer_shown(name)

    def set_layer(self, name: str, on: bool) -> None:
        if name == "path":
            self._with_path = on
            self._show_path_parts()
        else:
            super().set_layer(name, on)
            self._fit_home()

    def set_steps(self, steps: int) -> None:
        self.bit_path.set_steps(steps)

    def show_frame(self, frame: Frame) -> None:
        new_shape = self._bits.shape != frame.x.shape
        self._frame, self._bits = frame, frame.x
        if new_shape:
            self._rule.set_size(*frame.x.shape)
            self._fit_home()
            self.mark(self._marked)
        count, columns = frame.x.shape
        self._rows.show_values(frame.x, QRectF(0.5, -count - 0.5, columns, count))
        mean = frame.x.mean(axis=0, keepdims=True)
        self._means.show_values(mean, QRectF(0.5, GAP - 0.5, columns, MEAN_HEIGHT))
        self._describe()

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None, first: int = 0) -> None:
        self.bit_path.show(path, upto, first)
        self._show_path_parts()
        self._describe()

    def mark(self, index: int) -> None:
        self._marked = index
        columns = self._bits.shape[1]
        self._mark.set_row(QRectF(0.5, -index - 1.5, columns, 1.0) if index >= 0 else None)
        self.bit_path.set_row(index if index >= 0 else None)
        self._show_path_parts()

    def left_clicked(self, position: QPointF) -> None:
        place = self.to_data(position)
        count, columns = self._bits.shape
        row = round(-place.y()) - 1
        inside = 0.5 <= place.x() <= columns + 0.5 and 0 <= row < count
        self.point_clicked.emit(row if inside else -1)

    def limited(self, region: QRectF) -> QRectF:
        whole = self._extent(len(self._bits))
        width = min(max(region.width(), 4.0), whole.width())
        height = min(max(region.height(), LEAST_ROWS), whole.height())
        left = min(max(region.left(), whole.left()), whole.right() - width)
        top = min(max(region.top(), whole.top()), whole.bottom() - height)
        return QRectF(left, top, width, height)

    def table(self) -> Table:
        step = "" if self._frame is None else f"-t{self._frame.t}"
        columns = {f"x{place + 1}": self._bits[:, place] for place in range(self._bits.shape[1])}
        return Table(f"{self.file_stem(self._side)}{step}", columns)

    def apply_palette_to_items(self, palette: Palette, line_scale: float) -> None:
        for image in (self._rows, self._means):
            image.set_colours(palette.surface, palette.ink)
        self._rule.apply_palette(palette, line_scale)
        hue = QColor(palette.forward if self._side == "forward" else palette.reverse)
        self._mark.apply_palette(hue, line_scale)
        if self._bit_path is not None:
            font = QFont(self.font())
            font.setPointSizeF(text_size(self))
            self._bit_path.apply_palette(palette, hue, font, line_scale)

    def thumbnail(self, x: NDArray[np.float32], colour: str) -> QImage:
        return bit_thumbnail(x, colour)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._pointer = event.position()
        self._describe()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointer = None
        self._describe()

    def _describe(self) -> None:
        """Tell the bit under the pointer, or else what is shown."""
        text = "" if self._pointer is None else self._text_at(self._pointer)
        if text or not len(self._bits):
            self.set_readout(text or " ")
        else:
            self.set_readout(USUAL_READOUT, SHORT_READOUT)

    def _text_at(self, position: QPointF) -> str:
        """Return what is at a position in the viewport; empty where nothing is."""
        of_path = self.bit_path.at(self.mapToScene(position.toPoint()))
        if of_path is not None:
            step, column = of_path
            bit = self.bit_path.value(step, column)
            return f"sequence {self._marked + 1} at t = {step}, place {column + 1}: {bit:.0f}"
        place, (count, columns) = self.to_data(position), self._bits.shape
        column, row = round(place.x()) - 1, round(-place.y()) - 1
        if not self.in_plot(position) or not count or not 0 <= column < columns:
            return ""
        if 0 <= row < count:
            return f"sequence {row + 1}, place {column + 1}: {self._bits[row, column]:.0f}"
        over_strip = GAP - 0.5 <= place.y() <= GAP - 0.5 + MEAN_HEIGHT and self.layer_shown("shares")
        share = self._bits[:, column].mean()
        return f"place {column + 1}: frequency of ones {share:.3f}" if over_strip else ""

    def _show_path_parts(self) -> None:
        self.bit_path.set_visible(self._with_path and self._marked >= 0)

    def _extent(self, rows: int) -> QRectF:
        columns = float(self._bits.shape[1])
        below = GAP + MEAN_HEIGHT if self.layer_shown("shares") else 0.0
        return QRectF(0.0, -rows - 1.0, columns + 1.0, rows + 1.0 + below)

    def _fit_home(self) -> None:
        if len(self._bits):
            self._counts.set_last(len(self._bits))
            self._places.set_last(self._bits.shape[1])
            extent = self._extent(min(len(self._bits), ROWS))
            if extent != self.home:  # otherwise the region stays, which the path of the linked side may need
                self.set_home(extent)


def bit_thumbnail(x: NDArray[np.float32], colour: str) -> QImage:
    """Return an image in one ``colour`` of the first D sequences of ``x`` [N, D]."""
    return tinted(x[: x.shape[1]] > 0.5, QColor(colour))
