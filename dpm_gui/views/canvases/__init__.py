"""The canvases that show states: points, bits and images."""

from __future__ import annotations

from core.values.checkpoints import Checkpoint
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.views.canvases.bits import BitsView
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.images import ImagesView
from dpm_gui.views.canvases.line import LineView
from dpm_gui.views.canvases.points import PointsView

CANVASES: dict[str, type[Canvas]] = {"points": PointsView, "sequences": BitsView, "images": ImagesView}
"""The canvas for each kind of states, by the kind's name; points of one column have a `LineView`."""


def canvas_of(checkpoint: Checkpoint) -> type[Canvas]:
    """Return the canvas for the states of ``checkpoint``."""
    state_kind = state_kind_of(checkpoint)
    return LineView if state_kind.is_points and checkpoint.data.shape == (1,) else CANVASES[state_kind.name]
