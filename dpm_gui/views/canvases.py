"""Which canvas shows which data."""

from __future__ import annotations

from core.values import Checkpoint
from dpm_gui.subjects import PICTURES, POINTS, SEQUENCES, subject_of
from dpm_gui.views.bits import BitsView
from dpm_gui.views.canvas import Canvas
from dpm_gui.views.pictures import PicturesView
from dpm_gui.views.points import PointsView

CANVASES: dict[str, type[Canvas]] = {
    POINTS.name: PointsView,
    SEQUENCES.name: BitsView,
    PICTURES.name: PicturesView,
}


def canvas_for(checkpoint: Checkpoint) -> type[Canvas]:
    """Return the canvas for the states of ``checkpoint``."""
    return CANVASES[subject_of(checkpoint).name]
