"""Scales of time: where each step of a chain lies between its ends, for the timeline and for the clock of playing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STEP, LOG_SNR, SIGNAL = "step", "log_snr", "signal"
"""Names of the scales: even in t, in the log signal-to-noise ratio, or in the angle arccos sqrt(alpha_bar)."""
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
        ratios = log_signal_to_noise(alpha_bars)[1:]
        if len(ratios) < 2 or ratios[0] <= ratios[-1]:
            return cls.of_steps(len(ratios))
        lost = _separated(-ratios)
        places = np.concatenate([[-lost[1]], lost])
        return cls((places - places[0]) / (places[-1] - places[0]))

    @classmethod
    def of_signal(cls, alpha_bars: NDArray[np.float64]) -> TimeScale:
        """Return the scale that is even in the angle whose cosine is sqrt(alpha_bar_t).

        What is seen of the data changes evenly on it.
        """
        if alpha_bars[0] <= alpha_bars[-1]:
            return cls.of_steps(len(alpha_bars) - 1)
        places = _separated(np.arccos(np.sqrt(np.clip(alpha_bars, 0.0, 1.0))))
        return cls(places / places[-1])

    @classmethod
    def named(cls, name: str, alpha_bars: NDArray[np.float64]) -> TimeScale | None:
        """Return the scale called ``name`` for a chain with this signal left, ``[T + 1]``; None for even steps."""
        if name == LOG_SNR:
            return cls.of_log_snr(alpha_bars)
        return cls.of_signal(alpha_bars) if name == SIGNAL else None

    def place_of(self, position: float) -> float:
        """Return the place of a ``position`` between steps, 0.0 … T."""
        return float(np.interp(position, np.arange(len(self.places)), self.places))

    def position_at(self, place: float) -> float:
        """Return the position between steps, 0.0 … T, at a ``place``."""
        return float(np.interp(place, self.places, np.arange(len(self.places))))


def log_signal_to_noise(alpha_bars: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ln(alpha_bar_t / (1 - alpha_bar_t)) for t = 0 … T, ``[T + 1]``.

    It is infinite at t = 0, which is put as far from t = 1 as that is from t = 2.
    """
    signal, noise = np.maximum(alpha_bars[1:], LEAST_SIGNAL), np.maximum(1.0 - alpha_bars[1:], LEAST_NOISE)
    ratios = np.log(signal) - np.log(noise)
    first = 2.0 * ratios[0] - ratios[1] if len(ratios) > 1 else ratios[0] + 1.0
    found: NDArray[np.float64] = np.concatenate([[first], ratios])
    return found


def _separated(rising: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values that rise strictly from 0 like ``rising``, whose equal ones lie a thousandth of their distance."""
    lost = np.maximum.accumulate(rising) - rising[0]
    found: NDArray[np.float64] = lost + 1e-3 * lost[-1] * np.linspace(0.0, 1.0, len(lost))
    return found
