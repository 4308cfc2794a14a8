"""What somebody in Paint has before them, and does: the picture, its strokes, and what the model fills in."""

from __future__ import annotations

from typing import Any

import numpy as np

from dpm_gui.paint.canvases.image_canvas import PaintCanvas
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.workspace import PaintWorkspace
from tests.support.person import Person, drag, wait_until
from tests.support.places import centre_of


def paint_of(person: Person) -> PaintSession:
    paint = person.program.paint_controller.paint
    assert paint is not None
    return paint


def workspace_of(person: Person) -> PaintWorkspace:
    workspace = person.window.workspaces.currentWidget()
    assert isinstance(workspace, PaintWorkspace)
    return workspace


def canvas_of(person: Person) -> PaintCanvas:
    canvas = person.window.findChild(PaintCanvas)
    assert canvas is not None
    return canvas


def settle(person: Person) -> None:
    """Wait until what is painted has been filled in."""
    paint = paint_of(person)
    wait_until(
        lambda: not paint._debounce.stale and not paint.running and paint.result is not None and paint.result.final
    )


def rub(person: Person, start: tuple[int, int], stop: tuple[int, int], **how: Any) -> None:
    """Drag across the picture, from a row and column to another."""
    canvas = canvas_of(person)
    drag(canvas, centre_of(canvas, *start), centre_of(canvas, *stop), **how)


def images(person: Person) -> np.ndarray:
    settle(person)
    return paint_of(person).result.images
