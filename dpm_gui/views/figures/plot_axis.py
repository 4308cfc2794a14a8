"""The axes of plots: few muted ticks, with a true minus sign."""

from __future__ import annotations

from html import escape

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen

from dpm_gui.desktop.numbers import with_minus
from dpm_gui.desktop.theme import Palette

TICK_DENSITY = 0.55
GRID_OPACITY = 0.12
_OVERHANG = 15.0
_WIDEST = "−0.00"


class PlotAxis(pg.AxisItem):
    """An axis with a label, in muted ink, whose size does not depend on its numbers.

    Args:
        orientation: "left" or "bottom".
        label: Name and unit.
        whole: Whether ticks are whole numbers only.
        grid: Whether lines across the plot are drawn at its ticks.
    """

    def __init__(self, orientation: str, label: str, *, whole: bool = False, grid: bool = False) -> None:
        super().__init__(orientation, maxTickLength=4)
        self._text = label
        self._whole = self._first_whole = whole
        self._with_grid = grid
        self._falling = False
        self.enableAutoSIPrefix(False)
        self.setTickDensity(TICK_DENSITY)
        self.setStyle(maxTickLevel=0, autoExpandTextSpace=False, autoReduceTextSpace=False, hideOverlappingLabels=False)

    def apply_palette(self, palette: Palette, font: QFont, line_scale: float) -> None:
        """Apply the colours of ``palette``, and reserve room for text in ``font``."""
        self.setPen(QPen(QColor(palette.hairline), line_scale))
        self.setTickPen(QPen(QColor(palette.ink if self._with_grid else palette.hairline), line_scale))
        self.setTextPen(palette.muted)
        metrics = QFontMetricsF(font)
        self.setStyle(
            tickFont=font,
            tickTextWidth=round(metrics.horizontalAdvance(_WIDEST)) + 2,
            tickTextHeight=round(metrics.height()),
        )
        self.setLabel(escape(self._text, quote=False), color=palette.muted, **{"font-size": f"{font.pointSizeF():g}pt"})
        if self._with_grid:
            self.setGrid(GRID_OPACITY)

    def set_text(self, label: str) -> None:
        """Set name and unit; their style is kept."""
        self._text = label
        self.setLabel(escape(label, quote=False))  # pyqtgraph takes it for HTML

    def set_falling(self, falling: bool) -> None:
        """Label places with their negative values, so that numbers fall from left to right, or with their own."""
        self._falling, self._whole = falling, self._first_whole and not falling
        self.setStyle(maxTickLevel=0)  # as before; pyqtgraph then draws the numbers anew

    def boundingRect(self) -> QRectF:
        """Leave room for half a label beyond both ends, which pyqtgraph does only for axes without a grid."""
        rect: QRectF = super().boundingRect()
        if not self._with_grid:
            return rect
        x, y = (_OVERHANG, 0.0) if self.orientation == "bottom" else (0.0, _OVERHANG)
        return rect.adjusted(-x, -y, x, y)

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N803
        levels: list[tuple[float, float]] = super().tickSpacing(minVal, maxVal, size)
        return [(max(1.0, spacing), offset) for spacing, offset in levels] if self._whole else levels

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        shown = [-value + 0.0 for value in values] if self._falling else values
        return [with_minus(text) for text in super().tickStrings(shown, scale, spacing)]
