"""Scales of time: where each step of a chain lies between its ends, for the timeline and for the clock of playing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_SIGNAL, LEAST_NOISE = 1e-6, 1e-12
"""Shares of signal and of noise below which they count as these, so that both logarithms are finite."""


@dataclass(frozen=True, slots=True, eq=False)
class TimeScale:
    """A strictly ascending scale of the steps 0 … T.

    Attributes:
        places: The place of each step, ``[T + 1]``: 0.0 at t = 0 and 1.0 at t = T.
    """

    places: NDArray[np.float64]

    @classmethod
    def of_steps(cls, last: int) -> TimeScale:
        """Return the scale that is even in t."""
        return cls(np.linspace(0.0, 1.0, last + 1))

    @classmethod
    def of_log_snr(cls, alpha_bars: NDArray[np.float64]) -> TimeScale:
        """Return the scale that is even in ln(alpha_bar_t / (1 - alpha_bar_t)), the log signal-to-noise ratio.

        It is infinite at t = 0, which lies as far from t = 1 as that from t = 2.

        Args:
            alpha_bars: Signal left at each step, ``[T + 1]``, descending from 1.
        """
        signal, noise = np.maximum(alpha_bars[1:], LEAST_SIGNAL), np.maximum(1.0 - alpha_bars[1:], LEAST_NOISE)
        ratios = np.log(signal) - np.log(noise)
        if len(ratios) < 2 or ratios[0] <= ratios[-1]:
            return cls.of_steps(len(ratios))
        falling = np.minimum.accumulate(ratios)
        # steps that lose nothing lie a thousandth of their even distance from one another
        lost = (falling[0] - falling) + 1e-3 * (falling[0] - falling[-1]) * np.linspace(0.0, 1.0, len(falling))
        places = np.concatenate([[-lost[1]], lost])
        return cls((places - places[0]) / (places[-1] - places[0]))

    def place_of(self, position: float) -> float:
        """Return the place of a ``position`` between steps, 0.0 … T."""
        return float(np.interp(position, np.arange(len(self.places)), self.places))

    def position_at(self, place: float) -> float:
        """Return the position between steps, 0.0 … T, at a ``place``."""
        return float(np.interp(place, self.places, np.arange(len(self.places))))
