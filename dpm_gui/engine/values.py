"""Values that `dpm_gui.engine` accepts and returns; they do not depend on torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.values.checkpoints import Checkpoint
from core.values.runs import Frame

FORWARD, REVERSE = "forward", "reverse"
SIDE_TITLES = {FORWARD: "Forward: q destroys", REVERSE: "Reverse: p restores"}


@dataclass(frozen=True, slots=True)
class CheckpointPreview:
    """A checkpoint that has been read, before its model is built.

    Attributes:
        path: File that it was read from.
        checkpoint: Its content.
        along: Places of its examples along the data, ``[N]`` in [0, 1]; None unless they are points.
    """

    path: str
    checkpoint: Checkpoint
    along: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class SideFrame:
    """One frame of a run, and the side it belongs to.

    Attributes:
        side: "forward" or "reverse".
        frame: The states.
        preview: Whether it belongs to the strided chain that precedes the true one.
        spread: `core.sampling.predictions.state_spread` of many futures; None for other runs.
        first: Number of the first of its states, from 0.
    """

    side: str
    frame: Frame
    preview: bool = False
    spread: float | None = None
    first: int = 0


@dataclass(frozen=True, slots=True)
class SideColours:
    """Places of the points of one side along their data, ``[N]`` in [0, 1], from the point with number ``first`` on."""

    side: str
    along: NDArray[np.float32]
    first: int = 0


@dataclass(frozen=True, slots=True)
class ParticleColours:
    """Places along the data of the particles under a potential, by their descendants at t = 0.

    Attributes:
        along: For each step 0 … T, ``[N]`` in [0, 1], NaN for a particle without descendants.
    """

    along: Mapping[int, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Prediction:
    """A prediction at one step of both sides.

    Attributes:
        mode: "x0_estimate" or "mean".
        frames: The states to predict from, or the predictions, by side.
    """

    mode: str
    frames: Mapping[str, Frame]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What the list of checkpoints shows of one file.

    Attributes:
        path: The file.
        title: Its title; the file's name if it cannot be read.
        line: What it holds, or why it cannot be read.
        levels: A small image ``[H, W]`` or ``[H, W, 3]`` of its examples, 0 … 255; None if they are no images.
        ink: The share of colour ``[H, W]``, 0 … 1, of a small drawing of its examples, if they are points or bits.
    """

    path: str
    title: str
    line: str
    levels: NDArray[np.uint8] | None = None
    ink: NDArray[np.float32] | None = None
