"""Curves over a common abscissa, with their standard errors and the band between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from dpm_gui.desktop.theme import Palette
from dpm_gui.views.items.view_item import CachedItem

BAND_OPACITY, ERROR_OPACITY = 0.14, 0.25
DASHED = [3.0, 2.0]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One quantity over the steps.

    Attributes:
        name: Its name in legend, readout and table, without its unit.
        first: The step of the first value.
        values: One value a step; a value that is not finite is left out of the line.
        colour: The name of its colour in `Palette`.
        dashed: Whether the line is dashed.
        errors: One standard error of each value, or None if the values are exact.
    """

    name: str
    first: int
    values: NDArray[np.float64]
    colour: str
    dashed: bool = False
    errors: NDArray[np.float64] | None = None

    @property
    def steps(self) -> NDArray[np.int64]:
        """The step of each value."""
        return self.first + np.arange(len(self.values))

    def at(self, t: int) -> float | None:
        """Return the value at step ``t``, or None if there is none."""
        place = t - self.first
        return float(self.values[place]) if 0 <= place < len(self.values) else None

    def pen(self, palette: Palette, line_scale: float) -> QPen:
        """Return the pen that draws it."""
        pen = QPen(QColor(getattr(palette, self.colour)), 2.0 * line_scale)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if self.dashed:
            pen.setDashPattern(DASHED)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen


class CurvesItem(CachedItem):
    """Draws curves, each over its own abscissae; cached, so that a cursor moves cheaply."""

    def __init__(self) -> None:
        super().__init__()
        self._drawn: list[tuple[Curve, NDArray[np.float64]]] = []
        self._band: tuple[int, int] | None = None
        self._palette: Palette | None = None
        self._line_scale = 1.0

    def apply_palette(self, palette: Palette, line_scale: float) -> None:
        self._palette, self._line_scale = palette, line_scale
        self.redraw()

    def set_curves(
        self, curves: Sequence[Curve], places: Sequence[NDArray[np.float64]], band: tuple[int, int] | None = None
    ) -> None:
        """Draw ``curves`` at abscissae ``places``, and the band between the two of them that ``band`` numbers.

        Args:
            curves: What to draw; the last one lies on top.
            places: The abscissae of each curve, of the length of its values.
            band: The numbers of two curves over the same steps.
        """
        self._drawn, self._band = list(zip(curves, places, strict=True)), band
        self.redraw()

    def draw(self, painter: QPainter, to_pixels: QTransform) -> None:
        if self._palette is None:
            return
        lowest = self.boundingRect().top()
        if self._band is not None:
            (upper, x), (lower, _) = (self._drawn[number] for number in self._band)
            fill = _transparent(getattr(self._palette, upper.colour), BAND_OPACITY)
            low = np.where(np.isneginf(lower.values), lowest, lower.values)
            _fill(painter, to_pixels, (x, upper.values, low), fill)
        for curve, x in self._drawn:
            if curve.errors is not None:
                fill = _transparent(getattr(self._palette, curve.colour), ERROR_OPACITY)
                _fill(painter, to_pixels, (x, curve.values + curve.errors, curve.values - curve.errors), fill)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for curve, x in self._drawn:
            painter.setPen(curve.pen(self._palette, self._line_scale))
            shown = np.where(np.isneginf(curve.values), lowest, curve.values)
            painter.drawPolyline(_pixels(to_pixels, x, shown))


def _transparent(colour: str, opacity: float) -> QColor:
    found = QColor(colour)
    found.setAlphaF(opacity)
    return found


def _fill(
    painter: QPainter,
    to_pixels: QTransform,
    curves: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    colour: QColor,
) -> None:
    """Fill the band between an upper and a lower curve over x."""
    x, upper, lower = curves
    path = QPainterPath()
    path.addPolygon(QPolygonF([*_pixels(to_pixels, x, upper), *reversed(_pixels(to_pixels, x, lower))]))
    painter.fillPath(path, colour)


def _pixels(to_pixels: QTransform, x: NDArray[np.float64], y: NDArray[np.float64]) -> list[QPointF]:
    """Return the pixels of the places where both coordinates are finite."""
    finite = np.isfinite(x) & np.isfinite(y)
    return [to_pixels.map(QPointF(*place)) for place in zip(x[finite].tolist(), y[finite].tolist(), strict=True)]
