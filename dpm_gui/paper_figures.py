"""Which figure of the paper shows what is open: 1 points, 2 sequences, 3 pictures."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize

from core.values import Checkpoint
from dpm_gui.film_scene import PaperFigure, PictureFigure
from dpm_gui.recording import Recording
from dpm_gui.session import Session
from dpm_gui.theme import Palette
from dpm_gui.views.canvases import canvas_for


def figure_of(
    checkpoint: Checkpoint,
    recordings: Mapping[str, Recording],
    session: Session,
    palette: Palette,
    size: QSize | None = None,
) -> PaperFigure | PictureFigure:
    """Return the figure of a run that has come to its end, once `Session.figure_ready`."""
    if session.rows is not None:
        return PictureFigure(session.rows, checkpoint.data, palette, size)
    drifts = session.drifts if session.has_drift else None
    return PaperFigure(dict(recordings), drifts, palette, size, canvas_for(checkpoint))
