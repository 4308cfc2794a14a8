"""What `dpm_gui.engine` hands out and takes in: values, which know nothing of torch."""

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
    """A checkpoint that has been read, before torch is there to run it.

    Attributes:
        path: Where it was read.
        checkpoint: All it holds.
        along: Colours of its examples, ``[N]`` in [0, 1], if they lie in the plane.
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
        spread: `core.sampling.predictions.state_spread` of many futures; None where they are none.
    """

    side: str
    frame: Frame
    preview: bool = False
    spread: float | None = None


@dataclass(frozen=True, slots=True)
class SideColours:
    """Where the points of one side come from along their data, ``[N]`` in [0, 1]."""

    side: str
    along: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prediction:
    """One way to look at one step of both sides.

    Attributes:
        mode: "x0_estimate" or "mean".
        frames: What is to be looked at or what it looks like, by side.
    """

    mode: str
    frames: Mapping[str, Frame]
