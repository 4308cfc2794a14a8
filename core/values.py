"""The frozen values that leave the engine. numpy alone, so that a window can speak of them before torch is there.

Units: states and frames are in model units (standardised); everything about information is in bits.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from core.branch_values import Branch
from core.pictures import is_picture
from core.potentials import Posterior
from core.training_values import TrainingState

DEFAULT_COUNT = 10_000
MAX_COUNT = 1_000_000
MAX_SEED = 2**31 - 1
"""The largest seed: it fits the spin box of the window and every generator."""


def usable_threads() -> int:
    """Return the number of threads a run uses unless told otherwise: half of the processors, at least 1, at most 4.

    The other half is for the window: a run that takes all of them makes it stutter and is itself no faster.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, processors // 2))


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What to run. Equal specs on equal checkpoints give equal arrays, bit for bit, on one machine.

    Attributes:
        count: Number of trajectories, 1 … 1 000 000.
        seed: Seed of all randomness of the run, 0 … 2^31 - 1.
        threads: Threads of the computation; rounding may depend on them, so they are part of what is fixed.
        posterior: What the reverse is to be multiplied by, for `core.posterior.reverse_under`; others do not look.
        denoise_from: Step t, 1 … T, whose forward states the reverse is to go on from instead of from noise, for
            `core.denoising.denoise` (the paper's figure 3); others do not look.
        branches: Where the reverse branches into many futures, each a branch of the walk before it, for
            `core.branching`; others do not look.
    """

    count: int = DEFAULT_COUNT
    seed: int = 17
    threads: int = field(default_factory=usable_threads)
    posterior: Posterior | None = None
    denoise_from: int | None = None
    branches: tuple[Branch, ...] = ()

    @property
    def reverse_count(self) -> int:
        """Number of trajectories on the reverse side: ``count``, or the futures of the last branch."""
        return self.branches[-1].count if self.branches else self.count

    def without_branch(self) -> RunSpec:
        """Return the run that the last branch is a branch of."""
        return replace(self, branches=self.branches[:-1])


@dataclass(frozen=True, slots=True)
class Frame:
    """The state of one set of trajectories at one step.

    Attributes:
        t: Step, 0 (data) … T (noise).
        x: States ``[N, *shape]``, float32, read-only, model units.
    """

    t: int
    x: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PosteriorFrame:
    """The state of all particles of a walk under a second distribution r at one step, after any resampling.

    Attributes:
        t: Step, 0 (data) … T (noise).
        x: States ``[N, *shape]``, float32, read-only, model units.
        log_weights: Logarithms of the particles' weights, which add up to 1; float64 ``[N]``, read-only. All equal
            with the paper's kernels alone.
        effective_size: The effective sample size, 1 … N, before any resampling.
        log_probability: ln of the estimate so far of r's total probability under the model, E_p[r], nats; None with
            the paper's kernels alone, which have none.
        ancestors: Where particles were resampled, which one of the frame before each continues, int64 ``[N]``.
    """

    t: int
    x: NDArray[np.float32]
    log_weights: NDArray[np.float64]
    effective_size: float
    log_probability: float | None = None
    ancestors: NDArray[np.int64] | None = None

    @property
    def resampled(self) -> bool:
        """Whether particles were resampled at this step."""
        return self.ancestors is not None


@dataclass(frozen=True, slots=True)
class SamplingProgress:
    """How far sampling is, where only the samples are wanted and not the way to them.

    Attributes:
        done, total: Steps done and to be done, each part's counted.
        x: The next samples of the whole ``[n, *shape]``, float32, read-only, model units; there where a part ends.
    """

    done: int
    total: int
    x: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class DriftFrame:
    """The reverse drift f_mu(x, t) - x on a grid (figure 1 of the paper).

    Attributes:
        t: Step whose kernel p(x^t-1 | x^t) is shown, 1 … T.
        x: Grid points ``[G, 2]``, model units, read-only.
        drift: f_mu(x, t) - x, ``[G, 2]``, model units, read-only.
    """

    t: int
    x: NDArray[np.float32]
    drift: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StepEntropies:
    """Both bounds of the reverse process' entropy, step by step, in closed form (section 2.6, appendix A).

    Entry ``t - 1`` belongs to step t, t = 1 … T; all are float64, bits per dimension, read-only.

    Attributes:
        upper: H_q(X^t | X^t-1).
        lower: H_q(X^t | X^t-1) + H_q(X^t-1 | X^0) - H_q(X^t | X^0); at t = 1 minus infinity, of bits 0.
        t_given_0: H_q(X^t | X^0).
    """

    upper: NDArray[np.float64]
    lower: NDArray[np.float64]
    t_given_0: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bound:
    """The training bound K, term by term (section 2.4, appendix B), in bits per sample or per pixel.

    Attributes:
        steps: T.
        kind: "gaussian" or "binomial".
        unit: "sample" or "pixel": what all the numbers are per.
        count: Number of held-out data points behind the expectations.
        k: The bound K on E_q log2 p(x^0).
        null: The null model's log-likelihood, what K is compared with.
        standard_error: One standard error of ``k``.
        kl: E_q KL(q(x^t-1 | x^t, x^0) || p(x^t-1 | x^t)) for t = 2 … T, read-only.
        h_end: H_q(X^T | X^0).
        h_edge: H_q(X^1 | X^0).
        h_prior: The cross entropy -E_q log2 pi(x^T).
        entropy_lower, entropy_upper: The bounds of every step t = 1 … T, in the same unit as ``k``.
        truth: E_q log2 q(x^1), where the data's density is known, else None.
        truth_standard_error: One standard error of ``truth``.
        bits_per_dimension: Of pictures, what K says a number of the 8-bit picture takes to code, in bits; else None.
    """

    steps: int
    kind: str
    unit: str
    count: int
    k: float
    null: float
    standard_error: float
    kl: NDArray[np.float64]
    h_end: float
    h_edge: float
    h_prior: float
    entropy_lower: NDArray[np.float64]
    entropy_upper: NDArray[np.float64]
    truth: float | None = None
    truth_standard_error: float | None = None
    bits_per_dimension: float | None = None

    @property
    def gain(self) -> float:
        """K less the null model, bits."""
        return self.k - self.null


@dataclass(frozen=True, slots=True)
class BoundProgress:
    """How far the measurement of K is; ``bound`` is there at the end alone."""

    done: int
    total: int
    bound: Bound | None = None


@dataclass(frozen=True, slots=True)
class DataInfo:
    """What a checkpoint says of its data.

    Attributes:
        name: Name of the data set; a known name is a source of fresh data, any other is its examples alone.
        shape: Shape of one example, without the leading axis.
        value_range: Least and greatest value in user's units.
        shift, scale: user's units = shift + scale * model units; broadcast against ``shape``, float64.
        examples: ``[N, *shape]``, N <= 512, user's units, float32, read-only.
        grey_level: Width of one grey level, user's units, where the data are pictures of such levels: uniform noise
            of that width belongs to their density (section 6 of the mathematics). None for continuous data.
    """

    name: str
    shape: tuple[int, ...]
    value_range: tuple[float, float]
    shift: NDArray[np.float64]
    scale: NDArray[np.float64]
    examples: NDArray[np.float32]
    grey_level: float | None = None

    @property
    def is_picture(self) -> bool:
        """Whether an example is a picture (see `core.pictures`)."""
        return is_picture(self.shape)

    def to_user(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map states ``[N, *shape]`` from model units to user's units."""
        return np.asarray(x.astype(np.float64) * self.scale + self.shift, dtype=np.float32)

    def to_model(self, x: NDArray[np.floating]) -> NDArray[np.float32]:
        """Map data ``[N, *shape]`` from user's units to model units."""
        if not np.any(self.shift) and np.all(self.scale == 1.0):
            return x.astype(np.float32)  # bits, at every step of a training
        return np.asarray((x.astype(np.float64) - self.shift) / self.scale, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """A network as a checkpoint holds it: its kind, its configuration and its parameters by name."""

    kind: str
    config: Mapping[str, object]
    weights: Mapping[str, NDArray[np.generic]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "config", MappingProxyType(dict(self.config)))
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """All of a checkpoint file, as numpy arrays and plain values (docs/checkpoint.md)."""

    title: str
    created: str
    licence: str
    kind: str
    betas: NDArray[np.float64]
    network: NetworkInfo
    data: DataInfo
    training: TrainingState | None = None
    bound: Bound | None = None

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return len(self.betas)
