"""The frozen values that leave the engine. numpy alone, so that a window can speak of them before torch is there.

Units: states and frames are in model units (standardised); everything about information is in bits.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values.potentials import Posterior

DEFAULT_COUNT = 10_000
MAX_COUNT = 1_000_000
MAX_SEED = 2**31 - 1
"""The largest seed: it fits the spin box of the window and every generator."""
MAX_THREADS = 256
SPACINGS = ("steps", "signal")
PREVIEW_STEPS, LONG_CHAIN = 50, 100
"""Moves of a preview, and steps beyond which a chain of images has one."""


def preview_moves(steps: int) -> int:
    """Return the moves of the preview of a chain of ``steps``, 0 where the chain is short enough to do without."""
    return PREVIEW_STEPS if steps > LONG_CHAIN else 0


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
        posterior: What the reverse is to be multiplied by, for `reverse_under`; others do not look.
        denoise_from: Step t, 1 … T, whose forward states the reverse is to start from instead of from noise (the
            paper's figure 3), for `core.sampling.starts`; others do not look.
        branches: Where the reverse branches into many futures, each a branch of the chain before it, for
            `core.sampling.starts`; others do not look.
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
    """Where reverse chains start: pi, unless there are states or an image. `core.sampling.starts` makes them.

    Attributes:
        t: Step, 1 … T; T for pi.
        count: N, the number of chains.
        stream: Name of the random numbers that the chains draw.
        x: Their states ``[N, *shape]`` at t, float32, model units.
        image: An example x^0 ``[*shape]``, float32, model units; each chain starts from a draw of q(x^t | x^0).
    """

    t: int
    count: int
    stream: str = "reverse"
    x: NDArray[np.float32] | None = None
    image: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Strided:
    """An approximation of the reverse by fewer, longer moves.

    Attributes:
        steps: Number of moves, 2 … T (1, where T is 1).
        spacing: How the steps are spaced, one of `SPACINGS`; see `core.sampling.strided.chosen_steps`.
        deterministic: Whether the moves are without noise (DDIM).
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
    """The state of all particles of the chains under a second distribution r at one step, after any resampling.

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


FUTURES = 64
"""How many futures a state has unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One state of a reverse chain, from which others start.

    Attributes:
        t: Step of the state, 1 … T.
        index: Number of the trajectory that the state belongs to, from 0 on.
        count: Number of futures.
    """

    t: int
    index: int
    count: int = FUTURES
