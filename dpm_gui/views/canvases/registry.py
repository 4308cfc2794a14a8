"""Which canvas shows which data."""

from __future__ import annotations

from core.values.checkpoints import Checkpoint
from dpm_gui.engine.state_kinds import IMAGES, POINTS, SEQUENCES, state_kind_of
from dpm_gui.views.canvases.bits import BitsView
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.images import ImagesView
from dpm_gui.views.canvases.points import PointsView

CANVASES: dict[str, type[Canvas]] = {
    POINTS.name: PointsView,
    SEQUENCES.name: BitsView,
    IMAGES.name: ImagesView,
}


def canvas_for(checkpoint: Checkpoint) -> type[Canvas]:
    """Return the canvas for the states of ``checkpoint``."""
    return CANVASES[state_kind_of(checkpoint).name]
