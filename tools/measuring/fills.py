"""Images inpainted by the shipped models, cached in out/ for each version of a model."""

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
"""Part of the names in the cache: the default number of RePaint resamplings."""
SEED = 17


def hole_in(shape: tuple[int, ...]) -> tuple[NDArray[np.bool_], slice]:
    """Return a mask with a square hole of side `HOLE` in the middle, and the slice of its rows and columns."""
    first = (shape[0] - HOLE) // 2
    inside = slice(first, first + HOLE)
    mask = np.zeros(shape, dtype=bool)
    mask[inside, inside] = True
    return mask, inside


def lower_half(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return a mask of the lower half of an image."""
    mask = np.zeros(shape, dtype=bool)
    mask[shape[0] // 2 :] = True
    return mask


def corner(
    checkpoint: Checkpoint, model: DiffusionModel, name: str, image: NDArray[np.uint8], mask: NDArray[np.bool_]
) -> NDArray[np.generic]:
    """Return `TEXTURES` results of inpainting a hole in the held-out corner of a texture."""
    return kept(checkpoint, f"{name}-hole{AGAIN}", lambda: filled(model, image, mask, SEED, count=TEXTURES))


def halves(
    checkpoint: Checkpoint, model: DiffusionModel, at: int, image: NDArray[np.uint8], mask: NDArray[np.bool_]
) -> NDArray[np.generic]:
    """Return `RESULTS` results of inpainting the digit of index ``at`` among those chosen."""
    return kept(checkpoint, f"digit-half{AGAIN}-{at}", lambda: filled(model, image, mask, SEED + at))


def filled(
    model: DiffusionModel, image: NDArray[np.uint8], mask: NDArray[np.bool_], seed: int, count: int = RESULTS
) -> NDArray[np.float64]:
    """Return ``count`` inpaintings of ``image`` under ``mask``, ``[count, H, W]``; one thread for equal results."""
    *_, last = inpaint(model, InpaintingRequest(image, mask, count=count, seed=seed, threads=1, known_mode="noised"))
    assert last.images is not None
    return np.asarray(np.floor(last.images).clip(0, 255), dtype=np.float64)
