"""Frozen values of training: its progress, and its state in a checkpoint."""

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
        k: Estimate of K from minibatches, averaged since the last report, bits per sample.
        validation_k: K of the averaged weights on held-out examples, bits per sample; examples and noise are the same
            at every report.
    """

    step: int
    total: int
    k: float
    validation_k: float


@dataclass(frozen=True, slots=True)
class TrainingState:
    """How a checkpoint was trained, and the state needed to resume.

    Attributes:
        recipe: Name of the recipe.
        seed: Seed of the training.
        steps_done: Gradient steps done.
        steps_total: Gradient steps of the whole run.
        history: ``[R, 3]``: gradient step, K and validation K in bits per sample at each report; ``[R, 2]``, without
            validation K, in files of an earlier version.
        state: The state that training needs to resume, by name; empty once training is finished.
        interpreted_as: How user data were interpreted, one line; empty for shipped data.
    """

    recipe: str
    seed: int
    steps_done: int
    steps_total: int
    history: NDArray[np.float64]
    state: Mapping[str, NDArray[np.generic]]
    interpreted_as: str = ""
