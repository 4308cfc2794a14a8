"""Sequences of bits: one row each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QGraphicsItem, QWidget

from core.values.runs import Frame
from dpm_gui.desktop.theme import Palette
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.image_levels import tinted
from dpm_gui.views.figures.explanations import BITS_FORWARD_HELP, BITS_REVERSE_HELP
from dpm_gui.views.figures.figure import Table
from dpm_gui.views.figures.plot_axis import PlotAxis
from dpm_gui.views.items.bit_items import BitImage, RowMark, RuleItem

ROWS = 48
"""Sequences in view at first; the wheel and a drag reach the others."""
MEAN_HEIGHT, GAP = 2.0, 1.0
"""Height of the strip of means, and of the gap below it, in rows."""
PATH_GAP = 1.5
"""Columns between the sequences and the path of one."""
LEAST_ROWS = 4.0


class BitsView(Canvas):
    """One canvas with sequences of bits at one step: ones are dark on light, or light on dark.

    A strip above the sequences shows the frequency of ones in each column. After a click on a sequence, its whole path
    is shown at the right, one row a step, the noise at the top.

    Args:
        side: "forward" or "reverse": the side of the states, and with it the hue that marks a row.
        title: Title above the canvas.
        parent: Qt's owner.
    """

    layers = ("sequences", "shares", "rule", "path")
    initial_layers = frozenset({"sequences", "shares", "path"})

    def __init__(self, side: str, title: str, parent: QWidget | None = None) -> None:
        self._side = side
        self._bits = np.empty((0, 1), np.float32)
        self._frame: Frame | None = None
        self.path: NDArray[np.float32] | None = None  # the path shown, ``[S, D]``
        self._marked = -1
        # The items come first: the base class applies the palette to them.
        self._rows, self._means, self._history = BitImage(), BitImage(), BitImage()
        self._rule, self._mark, self._step = RuleItem(), RowMark(), RowMark()
        self._items: dict[str, QGraphicsItem] = {
            "sequences": self._rows,
            "shares": self._means,
            "rule": self._rule,
            "path": self._history,
        }
        axes = _CellAxis("bottom", "place in the sequence", whole=True), _CellAxis("left", "sequence", whole=True)
        self._places, self._counts = axes
        help_text = {"forward": BITS_FORWARD_HELP, "reverse": BITS_REVERSE_HELP}[side]
        super().__init__(title, help_text, parent, axes=axes)
        for name, item in self._items.items():
            self.view.addItem(item, ignoreBounds=True)
            item.setVisible(name in self.initial_layers)
        for mark in (self._mark, self._step):
            self.view.addItem(mark, ignoreBounds=True)

    def set_layer(self, name: str, on: bool) -> None:
        super().set_layer(name, on)
        self._place_marks()
        self._fit_home()

    def show_frame(self, frame: Frame) -> None:
        new_shape = self._bits.shape != frame.x.shape
        self._frame, self._bits = frame, frame.x
        if new_shape:
            self._rule.set_size(*frame.x.shape)
            self._fit_home()
        count, columns = frame.x.shape
        self._rows.show_values(frame.x, QRectF(0.5, -count - 0.5, columns, count))
        mean = frame.x.mean(axis=0, keepdims=True)
        self._means.show_values(mean, QRectF(0.5, GAP - 0.5, columns, MEAN_HEIGHT))

    def show_path(self, path: NDArray[np.float32] | None, upto: int | None) -> None:
        appeared, other = (path is None) != (self.path is None), path is not self.path
        self.path = path
        if path is not None:
            place = self._path_place()
            if other:
                self._history.show_values(path[::-1], place)
            self._step.set_row(None if upto is None else _row_in(place, len(path), upto))
        else:
            self._history.clear()
        self._place_marks()
        if appeared:
            self._fit_home()

    def mark(self, index: int) -> None:
        self._marked = index
        self._place_marks()

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
        for image in (self._rows, self._means, self._history):
            image.set_colours(palette.surface, palette.ink)
        self._rule.apply_palette(palette, line_scale)
        hue = QColor(palette.forward if self._side == "forward" else palette.reverse)
        for mark in (self._mark, self._step):
            mark.apply_palette(hue, line_scale)

    def thumbnail(self, x: NDArray[np.float32], colour: str) -> QImage:
        return bit_thumbnail(x, colour)

    def _path_place(self) -> QRectF:
        columns = self._bits.shape[1]
        rows = min(len(self._bits), ROWS)
        return QRectF(columns + 0.5 + PATH_GAP, -rows - 0.5, columns, rows)

    def _place_marks(self) -> None:
        with_path = self.path is not None and self.layer_shown("path")
        columns = self._bits.shape[1]
        self._mark.set_row(QRectF(0.5, -self._marked - 1.5, columns, 1.0) if self._marked >= 0 else None)
        self._step.setVisible(with_path)

    def _extent(self, rows: int) -> QRectF:
        columns = float(self._bits.shape[1])
        if self.path is not None and self.layer_shown("path"):
            columns = 2 * columns + PATH_GAP
        below = GAP + MEAN_HEIGHT if self.layer_shown("shares") else 0.0
        return QRectF(0.0, -rows - 1.0, columns + 1.0, rows + 1.0 + below)

    def _fit_home(self) -> None:
        if len(self._bits):
            self._counts.set_last(len(self._bits))
            self._places.set_last(self._bits.shape[1])
            extent = self._extent(min(len(self._bits), ROWS))
            if extent != self.home:  # otherwise the region stays, which the path of the linked side may need
                self.set_home(extent)


class _CellAxis(PlotAxis):
    """Numbers the cells from 1 to the last one, to the right or downwards."""

    _last = 0.0

    def set_last(self, last: int) -> None:
        self._last = last
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N803
        levels = super().tickValues(minVal, maxVal, size)
        return [(spacing, [v for v in values if 1 <= abs(v) <= self._last]) for spacing, values in levels]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return [f"{abs(value):.0f}" for value in values]


def _row_in(place: QRectF, rows: int, upto: int) -> QRectF:
    """Return the row of step ``upto`` in an image of ``rows`` steps, the last one at the top; never too thin to see."""
    height = place.height() / rows
    top = place.top() + upto * height
    least = max(height, place.height() / 80)
    return QRectF(place.left(), top + (height - least) / 2, place.width(), least)


def bit_thumbnail(x: NDArray[np.float32], colour: str) -> QImage:
    """Return an image in one ``colour`` of the first D sequences of ``x`` [N, D]."""
    return tinted(x[: x.shape[1]] > 0.5, QColor(colour))
