"""Pictures that shipped models have filled in, kept in out/ for as long as the model is the same one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.model import DiffusionModel
from core.posterior.inpainting import inpaint
from core.values.checkpoints import Checkpoint
from core.values.inpainting import DEFAULT_RESAMPLE_TIMES, InpaintingRequest
from tools.measuring.report import kept

HOLE = 100
RESULTS = 8
TEXTURES = 4
AGAIN = f"-again-{DEFAULT_RESAMPLE_TIMES}"
"""In the names of what is kept: how often steps are walked again by the usual way to fill in."""
SEED = 17


def hole_in(shape: tuple[int, ...]) -> tuple[NDArray[np.bool_], slice]:
    """Return a mask of a square picture with a hole of `HOLE` in the middle, and the hole's rows or columns."""
    first = (shape[0] - HOLE) // 2
    inside = slice(first, first + HOLE)
    mask = np.zeros(shape, dtype=bool)
    mask[inside, inside] = True
    return mask, inside


def lower_half(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return a mask of a picture that leaves its upper half."""
    mask = np.zeros(shape, dtype=bool)
    mask[shape[0] // 2 :] = True
    return mask


def corner(
    checkpoint: Checkpoint, model: DiffusionModel, name: str, image: NDArray[np.uint8], mask: NDArray[np.bool_]
) -> NDArray[np.generic]:
    """Return the corner of a texture that was kept apart, with its hole filled in: `TEXTURES` of them."""
    return kept(checkpoint, f"{name}-hole{AGAIN}", lambda: filled(model, image, mask, SEED, count=TEXTURES))


def halves(
    checkpoint: Checkpoint, model: DiffusionModel, at: int, image: NDArray[np.uint8], mask: NDArray[np.bool_]
) -> NDArray[np.generic]:
    """Return `RESULTS` fills of a digit, the number ``at`` of those chosen."""
    return kept(checkpoint, f"digit-half{AGAIN}-{at}", lambda: filled(model, image, mask, SEED + at))


def filled(
    model: DiffusionModel, image: NDArray[np.uint8], mask: NDArray[np.bool_], seed: int, count: int = RESULTS
) -> NDArray[np.float64]:
    """Return ``count`` pictures ``[count, H, W]`` with what ``mask`` covers filled in, on one thread as anywhere."""
    *_, last = inpaint(model, InpaintingRequest(image, mask, count=count, seed=seed, threads=1, known_mode="noised"))
    assert last.images is not None
    return np.asarray(np.floor(last.images).clip(0, 255), dtype=np.float64)
