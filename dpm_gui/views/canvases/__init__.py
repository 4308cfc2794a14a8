"""The canvases that show states: points, bits and images."""

from __future__ import annotations

from dpm_gui.views.canvases.bits import BitsView
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.images import ImagesView
from dpm_gui.views.canvases.points import PointsView

CANVASES: dict[str, type[Canvas]] = {"points": PointsView, "sequences": BitsView, "images": ImagesView}
"""The canvas for each kind of states, by the kind's name."""
