"""The frozen values of training: how far it is, and what a checkpoint keeps of it. numpy alone, as in `core.values`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TrainingProgress:
    """One report of a training run.

    Attributes:
        step: Gradient steps done, 1 … ``total``.
        total: Gradient steps of the whole run.
        k: The minibatches' estimate of K, averaged since the report before, bits per sample.
        validation_k: K of the averaged weights on examples and noise of its own, the same at every report; bits per
            sample.
    """

    step: int
    total: int
    k: float
    validation_k: float


@dataclass(frozen=True, slots=True)
class TrainingState:
    """How a checkpoint was trained, and what is needed to go on.

    Attributes:
        recipe: Name of the recipe.
        seed: Seed of the training.
        steps_done: Gradient steps done.
        steps_total: Gradient steps the run was set up for.
        history: ``[R, 3]``: gradient step, K and validation K in bits per sample at each report; ``[R, 2]``, without
            the last, in files of an earlier version.
        state: Everything an optimiser needs to resume, by name; empty where it was left out.
        interpreted_as: What a person's own data were taken for, one line; empty for data that ship.
    """

    recipe: str
    seed: int
    steps_done: int
    steps_total: int
    history: NDArray[np.float64]
    state: Mapping[str, NDArray[np.generic]]
    interpreted_as: str = ""
