"""What somebody in Paint has before them, and does: the picture, its strokes, and what the model fills in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from core.values.inpainting import InpaintingFrame
from dpm_gui.paint.canvases.image_canvas import PaintCanvas
from dpm_gui.paint.history.entries import Inpainting, entry_of
from dpm_gui.paint.inpainting.options import InpaintOptions
from dpm_gui.paint.inpainting.requests import PaintState
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.page import PaintPage
from dpm_gui.paint.results.summary import summarise
from tests.support.person import Person, drag, wait_until
from tests.support.places import centre_of

TITLE = "Rings"


def paint_of(person: Person) -> PaintSession:
    return workspace_of(person).paint


def workspace_of(person: Person) -> PaintPage:
    page = person.window.findChild(PaintPage)
    assert page is not None
    return page


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


def entry(seed: int, side: int = 16, image: np.ndarray | None = None) -> Inpainting:
    """Return an entry of four samples of random levels."""
    rng = np.random.default_rng(seed)
    shown = rng.integers(0, 256, (side, side)).astype(np.float32) if image is None else image
    openness = (rng.random((side, side)) < 0.5).astype(np.float32)
    samples = rng.integers(0, 256, (4, side, side)).astype(np.float32)
    summary = summarise(InpaintingFrame(0, samples), (0.0, 255.0), 1.0)
    assert summary is not None
    return entry_of(PaintState(shown, openness, InpaintOptions(), seed), summary)


def save_mask_image(mask: np.ndarray, path: Path) -> None:
    """Write ``mask`` [H, W] to an image: white where it is True."""
    Image.fromarray(np.where(mask, 255, 0).astype(np.uint8)).save(path)


def save_rings(path: Path, shape: tuple[int, ...] = (12, 12), steps: int = 40, title: str = TITLE) -> None:
    """Write a checkpoint of thirty rings to ``path``."""
    from core.formats import checkpoints
    from core.networks.empirical import EmpiricalNetwork
    from core.processes.schedules import log_linear
    from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo

    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    images = []
    for middle in rng.uniform(0.3, 0.7, (30, 2)):
        distance = np.hypot(rows / shape[0] - middle[0], columns / shape[1] - middle[1])
        ring = np.where(np.abs(distance - 0.25) < 0.1, 220.0, 20.0)
        images.append(ring if len(shape) == 2 else ring[:, :, None] * [1.0, 0.5, 0.25])
    examples = np.floor(np.array(images)).astype(np.float32)
    mean, spread = float(examples.mean()), float(examples.std())
    network = EmpiricalNetwork.of((examples - mean) / spread)
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    data = DataInfo("rings", shape, (0.0, 255.0), np.array(mean), np.array(spread), examples, 1.0)
    made = Checkpoint(
        title=title,
        created="2025-01-02T03:04:05+00:00",
        licence="MIT",
        kind="gaussian",
        betas=log_linear(steps, first=1e-3, alpha_bar_end=1e-3),
        network=NetworkInfo(network.kind, network.config, weights),
        data=data,
    )
    checkpoints.save(made, path)
