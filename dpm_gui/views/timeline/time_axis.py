"""Where a step lies across the width of the timeline, for all that is aligned there."""

from __future__ import annotations

from dataclasses import dataclass

EDGE = 32
"""Room left and right of t = 0 and t = T, so that what is centred on them is whole."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The steps 0 … ``last`` laid out from left to right over ``width`` pixels."""

    width: int
    last: int

    def x_of(self, t: float) -> float:
        """Return the horizontal place of step ``t`` in pixels."""
        return EDGE + (t / self.last if self.last else 0.0) * self._span

    def t_at(self, x: float) -> int:
        """Return the step nearest to a horizontal place, inside 0 … ``last``."""
        t = round((x - EDGE) / self._span * self.last)
        return min(max(t, 0), self.last)

    @property
    def _span(self) -> int:
        return max(self.width - 2 * EDGE, 1)
