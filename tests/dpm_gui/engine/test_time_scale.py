"""Scales of time: steps even in t, and even in the log signal-to-noise ratio."""

from __future__ import annotations

import numpy as np
import pytest

from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure, log_linear
from dpm_gui.engine.time_scale import LOG_SNR, SIGNAL, STEP, TimeScale


def signal(steps: int) -> np.ndarray:
    process = GaussianProcess(log_linear(steps, first=1e-4, alpha_bar_end=1e-3))
    found: np.ndarray = process.alpha_bars.numpy()
    return found


def test_by_log_snr_equal_distances_are_equal_ratios() -> None:
    alpha_bars = signal(1000)
    scale = TimeScale.of_log_snr(alpha_bars)
    ratios = np.log(alpha_bars[1:] / (1 - alpha_bars[1:]))
    slopes = np.diff(scale.places[1:]) / -np.diff(ratios)
    assert slopes.max() < 1.2 * slopes.min()  # up to what keeps equal steps apart
    assert (scale.places[0], scale.places[-1]) == (0.0, 1.0)
    assert scale.places[1] == pytest.approx(scale.places[2] - scale.places[1])


@pytest.mark.parametrize("alpha_bars", [signal(40), np.array([1.0, 0.5]), np.array([1.0, 0.9, 0.9, 0.0, 0.0])])
def test_every_scale_ascends_strictly_from_end_to_end(alpha_bars: np.ndarray) -> None:
    steps = TimeScale.of_steps(len(alpha_bars) - 1)
    for scale in (TimeScale.of_log_snr(alpha_bars), TimeScale.of_signal(alpha_bars), steps):
        assert (np.diff(scale.places) > 0).all()
        assert (scale.places[0], scale.places[-1]) == (0.0, 1.0)


def test_a_position_comes_back_from_its_place() -> None:
    scale = TimeScale.of_log_snr(1 - np.cumsum(np.r_[0.0, constant_erasure(20, first=1e-3)]) / 30)
    for position in (0.0, 0.5, 7.0, 12.25, 20.0):
        assert scale.position_at(scale.place_of(position)) == pytest.approx(position)


def test_bits_that_lose_everything_at_once_have_a_scale() -> None:
    scale = TimeScale.of_log_snr(np.array([1.0, 0.0, 0.0]))
    assert np.allclose(scale.places, [0.0, 0.5, 1.0])


def test_by_signal_equal_distances_are_equal_angles() -> None:
    alpha_bars = signal(1000)
    angles = np.arccos(np.sqrt(alpha_bars))
    assert np.allclose(TimeScale.of_signal(alpha_bars).places, angles / angles[-1], atol=2e-3)


def test_scales_are_made_by_their_names() -> None:
    alpha_bars = signal(40)
    for name, made in ((LOG_SNR, TimeScale.of_log_snr), (SIGNAL, TimeScale.of_signal)):
        found = TimeScale.named(name, alpha_bars)
        assert found is not None
        assert np.array_equal(found.places, made(alpha_bars).places)
    assert TimeScale.named(STEP, alpha_bars) is None
