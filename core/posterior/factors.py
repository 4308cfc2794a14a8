"""What a factor of r does to a kernel, and the factors that any process takes: known entries, wishes for bits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import torch
from numpy.typing import NDArray
from torch import Tensor

from core.posterior.kernels import BitKernel, CutKernel, GaussianKernel, Kernel
from core.posterior.linearisation import Lookahead, lookahead
from core.posterior.x0_moments import Chain, Moments
from core.values.potentials import BitWish, Mask

StandIn = Callable[[Tensor], Tensor]
Absorbed = tuple[Kernel | CutKernel, Tensor, StandIn | None]
"""The kernel that is left, ln Z ``[N]``, and ln of the stand-in at states ``[N, D]`` where the factor is not exact."""


@dataclass(slots=True)
class Arrival:
    """Where a draw goes.

    Attributes:
        chain: The model's own chain.
        timing: What r is at step t (`core.values.potentials.Posterior`).
        t: The step that is arrived at, T … 0.
        x_before: Where each comes from, ``[N, D]``; None at the first step of a walk.
        t_before: The step it comes from, t + 1 unless it is a longer move.
        rng: Source of what is drawn on the way.
    """

    chain: Chain
    timing: str
    t: int
    x_before: Tensor | None
    t_before: int
    rng: torch.Generator
    _lookahead: Lookahead | None = field(default=None, init=False)

    @property
    def twisted(self) -> bool:
        """Whether r_t is r at the guess of x^0 rather than a power of r."""
        return self.timing == "twisted" and self.t > 0

    @property
    def power(self) -> float:
        """The power of r that r_t is, where it is one."""
        return 1.0 - self.t / self.chain.steps if self.timing == "fading" else 1.0

    def look(self, kernel: GaussianKernel) -> Lookahead:
        """Return what is believed of x^0 around the kernel: asked once, and the same for all factors."""
        if self._lookahead is None:
            self._lookahead = lookahead(self.chain, kernel, self.t)
        return self._lookahead


class Factor(Protocol):
    """One factor of r, as a model takes it.

    Attributes:
        pulls: Whether its stand-in is but a pull at the kernel, which weighted draws heed half of the time.
    """

    pulls: bool

    def absorb(self, kernel: Kernel, to: Arrival) -> Absorbed:
        """Multiply ``kernel`` by r_t, or by its stand-in."""

    def log_r(self, x: Tensor, beliefs: Moments | None, to: Arrival) -> Tensor:
        """Return ln r_t of states ``x`` [N, D], ``[N]``; ``beliefs`` at each of them where r_t is twisted."""


class PathMask:
    """Known entries on their own noised path, drawn backwards from the data: q(c^T | y), then q(c^t-1 | c^t, y).

    The weights are those of the whole path, p(c^0 … c^T | the others) / q(c^1 … c^T | y), whose mean is p(y) whatever
    the model; all that is asked of it is the density of the known part. On the way r_t is q(y | c^t) as it is for
    data that are pi: without it, particles would be preferred whose path has yet to come near y.
    """

    pulls = False

    def __init__(self, mask: Mask) -> None:
        self._known = torch.from_numpy(~mask.mask).flatten()
        self._y = flat(mask.known)

    def absorb(self, kernel: Kernel, to: Arrival) -> Absorbed:
        """Draw the path's next point, and condition on it."""
        y = self._y.expand(len(kernel), -1)
        if to.t == 0:
            return *kernel.given_entries(self._known, y), None
        path = to.chain.path(y, to.x_before, to.t, to.t_before)
        drawn = path.draw(to.rng).float().double()
        left, log_p = kernel.given_entries(self._known, drawn)
        log_q = path.given_entries(self._known, drawn)[1]
        return left, log_p - log_q + self.log_r(drawn, None, to), None

    def log_r(self, x: Tensor, beliefs: Moments | None, to: Arrival) -> Tensor:  # noqa: ARG002
        """Return ln q(y | c^t), ``[N]``; 0 at t = 0, where the path has come to y."""
        if to.t == 0:
            return none(x)
        return to.chain.own_guess(x, to.t).given_entries(self._known, self._y.expand_as(x))[1]


class Bits:
    """A factor r_j of every bit: the product with independent bits is exact."""

    pulls = False

    def __init__(self, log_one: Tensor, log_zero: Tensor) -> None:
        self._log_one = log_one
        self._log_zero = log_zero

    @classmethod
    def of_wish(cls, wish: BitWish) -> Bits:
        """Return the factors of a wish: 1 for the liked value."""
        odds = flat(wish.log_odds)
        return cls(odds.clamp_max(0.0), (-odds).clamp_max(0.0))

    @classmethod
    def of_mask(cls, mask: Mask) -> Bits:
        """Return the factors of known bits: 0 for the other value."""
        known, y = torch.from_numpy(~mask.mask).flatten(), flat(mask.known)
        never = torch.tensor(-math.inf, dtype=torch.float64)
        return cls(torch.where(known & (y == 0), never, 0.0), torch.where(known & (y == 1), never, 0.0))

    def absorb(self, kernel: Kernel, to: Arrival) -> Absorbed:
        """Add up log odds; twisted, those that the factor has by each bit's own decay stand in for the guess's."""
        if not isinstance(kernel, BitKernel):
            raise TypeError("a wish for bits needs a kernel of bits")
        if to.twisted:
            log_one, log_zero = self._decayed(to.chain.kept(to.t))
            return *kernel.given_factors(log_one, log_zero), lambda x: torch.where(x > 0.5, log_one, log_zero).sum(1)
        if to.power == 0.0:
            return untouched(kernel)
        return *kernel.given_factors(to.power * self._log_one, to.power * self._log_zero), None

    def log_r(self, x: Tensor, beliefs: Moments | None, to: Arrival) -> Tensor:
        """Return ln r of the bits to its power, or its average over the believed bits."""
        if beliefs is not None:
            return _average(beliefs.mean, self._log_one, self._log_zero).sum(1)
        if to.power == 0.0:
            return none(x)
        return to.power * torch.where(x > 0.5, self._log_one, self._log_zero).sum(1)

    def _decayed(self, kept: float) -> tuple[Tensor, Tensor]:
        """Return ln E[r_j(x^0_j) | x^t_j] for both values of x^t_j, of bits of which nothing else is known."""
        chances = (torch.tensor(0.5 * (1.0 + sign * kept), dtype=torch.float64) for sign in (1.0, -1.0))
        log_one, log_zero = (_average(chance, self._log_one, self._log_zero) for chance in chances)
        return log_one, log_zero


def untouched(kernel: Kernel) -> Absorbed:
    """Return what is left where r_t = 1."""
    return kernel, none(kernel), None


def none(rows: Tensor | Kernel) -> Tensor:
    """Return ln 1 for each of ``rows``, ``[N]``."""
    return torch.zeros(len(rows), dtype=torch.float64)


def flat(values: NDArray[Any]) -> Tensor:
    """Return ``values`` [*shape] as float64 ``[D]``."""
    return torch.tensor(values, dtype=torch.float64).flatten()


def _average(chance: Tensor, log_one: Tensor, log_zero: Tensor) -> Tensor:
    """Return ln(p r(1) + (1 - p) r(0))."""
    return torch.logaddexp(chance.log() + log_one, torch.log1p(-chance) + log_zero)
