"""Specifications and frames of runs: frozen values that need numpy alone, so that torch need not be loaded.

States and frames are in model units (standardised).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values.potentials import Posterior

DEFAULT_COUNT = 10_000
DEFAULT_SEED = 17
MAX_COUNT = 1_000_000
MAX_SEED = 2**31 - 1
"""The largest seed that fits the window's spin box and every generator."""
MAX_THREADS = 256
SPACINGS = ("steps", "signal")
PREVIEW_STEPS, LONG_CHAIN = 50, 100
"""Moves of a preview; number of steps above which a chain of images has a preview."""


def preview_moves(steps: int) -> int:
    """Return the moves of the preview of a chain of ``steps``, or 0 if so short a chain needs no preview."""
    return PREVIEW_STEPS if steps > LONG_CHAIN else 0


def usable_threads() -> int:
    """Return the default number of threads of a run: half of the processors, at least 1, at most 4.

    The other half is left to the window: a run on all processors makes it stutter and is no faster.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, processors // 2))


def check_whole_step(t: object, first: int, last: int, name: str = "t") -> None:
    """Raise `BadInputError` unless ``t``, called ``name``, is a step in ``first`` … ``last``."""
    if not isinstance(t, int) or isinstance(t, bool) or not first <= t <= last:
        raise BadInputError(f"{name}: {t} is not a step between {first} and {last}")


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What to run. Equal specs on equal checkpoints give equal arrays, bit for bit, on one machine.

    Specs that differ in ``count`` alone give the same first trajectories, except under a weighted posterior.

    Attributes:
        count: Number of trajectories, 1 … 1 000 000.
        seed: Seed of all randomness of the run, 0 … 2^31 - 1.
        threads: Threads of the computation; they are part of the specification since rounding may depend on them.
        posterior: The potential that multiplies the model, and the sampler; only `reverse_under` uses it.
        denoise_from: Step t, 1 … T, whose forward states the reverse starts from instead of noise (the paper's figure
            3); only `core.sampling.starts` uses it.
        branches: States from which the reverse branches into many futures, each state on a chain of the branch before
            it; only `core.sampling.starts` uses them.
    """

    count: int = DEFAULT_COUNT
    seed: int = DEFAULT_SEED
    threads: int = field(default_factory=usable_threads)
    posterior: Posterior | None = None
    denoise_from: int | None = None
    branches: tuple[Branch, ...] = ()

    @property
    def reverse_count(self) -> int:
        """Number of trajectories on the reverse side: ``count``, or the futures of the last branch."""
        return self.branches[-1].count if self.branches else self.count

    def without_branch(self) -> RunSpec:
        """Return the run that the last branch starts from."""
        return replace(self, branches=self.branches[:-1])

    def start_step(self, steps: int) -> int:
        """Return the step at which the reverse starts: its last branch's, else that of denoising, else T = ``steps``.

        Raises:
            BadInputError: If the spec is invalid, or names a step or a trajectory that does not exist.
        """
        self.check()
        start, count = steps if self.denoise_from is None else self.denoise_from, self.count
        check_whole_step(start, 1, steps, "denoise_from")
        for branch in self.branches:
            if not 1 <= branch.t <= start:
                allowed = f"a step between 1 and {start}, where the chain starts"
                raise BadInputError(f"branches: t = {branch.t} is not {allowed}")
            if not 0 <= branch.index < count:
                raise BadInputError(f"branches: {branch.index} is not a trajectory between 0 and {count - 1}")
            start, count = branch.t, branch.count
        return start

    def check(self) -> None:
        """Raise `BadInputError` if count, seed or threads are out of range."""
        for name, value, least, most in (
            ("count", self.count, 1, MAX_COUNT),
            ("seed", self.seed, 0, MAX_SEED),
            ("threads", self.threads, 1, MAX_THREADS),
        ):
            if not least <= value <= most:
                raise BadInputError(f"{name}: {value} is not between {least} and {most}")


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Where reverse chains start: the prior pi, given states or a noised image. `core.sampling.starts` makes them.

    Attributes:
        t: Step, 1 … T; T for pi.
        count: N, the number of chains.
        stream: Name of the random stream of the chains.
        x: States ``[N, *shape]`` at t, float32, model units, or None.
        image: An example x^0 ``[*shape]``, float32, model units, or None; chains start from draws of q(x^t | x^0).
        first: Number of the first chain, from 0. The number of a chain decides about its random numbers.
    """

    t: int
    count: int
    stream: str = "reverse"
    x: NDArray[np.float32] | None = None
    image: NDArray[np.float32] | None = None
    first: int = 0

    @property
    def chains(self) -> range:
        """The numbers of the chains."""
        return range(self.first, self.first + self.count)


@dataclass(frozen=True, slots=True)
class Strided:
    """A strided chain: the reverse approximated by fewer, longer moves.

    Attributes:
        steps: Number of moves, 2 … T (1, where T is 1).
        spacing: How the steps are spaced, one of `SPACINGS`; see `core.sampling.strided.chosen_steps`.
        deterministic: Whether the moves are without noise (DDIM, Song et al. 2021).
    """

    steps: int
    spacing: str = SPACINGS[0]
    deterministic: bool = False


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
    """All particles of a chain under a second distribution r at one step, after any resampling.

    Attributes:
        t: Step, 0 (data) … T (noise).
        x: States ``[N, *shape]``, float32, read-only, model units.
        log_weights: ln of the particles' normalised weights, float64 ``[N]``, read-only; all equal with the paper's
            reverse kernels alone.
        effective_size: The effective sample size, 1 … N, before any resampling.
        log_probability: Estimate so far of ln E_p[r], nats; None with the paper's reverse kernels alone, which give
            no estimate.
        ancestors: If particles were resampled, the index in the frame before of each one's ancestor, int64 ``[N]``;
            else None.
        standard_error: That of ``log_probability``, nats, estimated from this one run; None where that is None.
    """

    t: int
    x: NDArray[np.float32]
    log_weights: NDArray[np.float64]
    effective_size: float
    log_probability: float | None = None
    ancestors: NDArray[np.int64] | None = None
    standard_error: float | None = None

    @property
    def resampled(self) -> bool:
        """Whether particles were resampled at this step."""
        return self.ancestors is not None


@dataclass(frozen=True, slots=True)
class SamplingProgress:
    """Progress of sampling that keeps the samples but not their trajectories.

    Attributes:
        done, total: Steps done and steps in all, summed over the chunks.
        x: The samples of a finished chunk, ``[n, *shape]``, float32, read-only, model units; None at other steps.
    """

    done: int
    total: int
    x: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class DriftFrame:
    """The reverse drift f_mu(x, t) - x on a grid over K = 2 columns of points, or over one (figure 1 of the paper).

    Attributes:
        t: Step of the kernel p(x^t-1 | x^t), 1 … T.
        x: Grid points ``[G, K]``, model units, read-only.
        drift: f_mu(x, t) - x in these columns, ``[G, K]``, model units, read-only.
        columns: Numbers of the K columns from 0; the others are at their mean at step t.
    """

    t: int
    x: NDArray[np.float32]
    drift: NDArray[np.float32]
    columns: tuple[int, ...] = (0, 1)


FUTURES = 64
"""Default number of futures of a state."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One state of a reverse chain, from which many independent chains (its futures) continue.

    Attributes:
        t: Step of the state, 1 … T.
        index: Number of the state's trajectory, from 0.
        count: Number of futures.
    """

    t: int
    index: int
    count: int = FUTURES
