"""Where in a widget something is that it shows."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF

from dpm_gui.paint.canvases.image_canvas import PaintCanvas
from dpm_gui.views.figures.panned_plot import PannedPlot


def to_viewport(plot: PannedPlot, place: QPointF) -> QPointF:
    """Return where in the viewport of ``plot`` data coordinates are."""
    return QPointF(plot.view.mapViewToScene(place))


def centre_of(canvas: PaintCanvas, row: int, column: int) -> QPoint:
    """Return where the middle of a pixel of the image is in the canvas."""
    return canvas.position_of(column + 0.5, row + 0.5).toPoint()
