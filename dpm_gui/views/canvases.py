"""Which canvas shows which data."""

from __future__ import annotations

from dpm_gui.views.bits import BitsView
from dpm_gui.views.canvas import Canvas
from dpm_gui.views.points import PointsView


def canvas_for(kind: str) -> type[Canvas]:
    """Return the canvas for the states of a process of ``kind``, "gaussian" in the plane or "binomial"."""
    return BitsView if kind == "binomial" else PointsView
