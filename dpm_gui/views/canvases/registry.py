"""Which canvas shows which data."""

from __future__ import annotations

from core.values.checkpoints import Checkpoint
from dpm_gui.engine.state_kinds import PICTURES, POINTS, SEQUENCES, subject_of
from dpm_gui.views.canvases.bits import BitsView
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.images import PicturesView
from dpm_gui.views.canvases.points import PointsView

CANVASES: dict[str, type[Canvas]] = {
    POINTS.name: PointsView,
    SEQUENCES.name: BitsView,
    PICTURES.name: PicturesView,
}


def canvas_for(checkpoint: Checkpoint) -> type[Canvas]:
    """Return the canvas for the states of ``checkpoint``."""
    return CANVASES[subject_of(checkpoint).name]
