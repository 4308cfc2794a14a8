"""The posterior of what a mask leaves free: the conditional, given the entries that are known.

Standard errors are taken over independent repetitions.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.model import DiffusionModel
from core.networks.analytic import AnalyticNetwork
from core.posterior.samplers import MOVES_A_SEGMENT, resampling_segments, reverse_under
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import log_linear
from core.values.potentials import Mask, NoisyObservation, Posterior, Product
from core.values.runs import PosteriorFrame, RunSpec
from tests.support.posteriors import ONE, Unit, Y, agree, average, gaussian_density, last, mean_and_variance, repeated

pytestmark = pytest.mark.usefixtures("one_thread")
RHO = 0.8


@pytest.fixture
def correlated(unit_data: Unit) -> DiffusionModel:
    """The exact model of Gaussian data in the plane, but for the edge kernel, which is as narrow as can be."""
    return correlated_model(unit_data, 60)


def correlated_model(unit_data: Unit, steps: int) -> DiffusionModel:
    network = AnalyticNetwork.of(np.zeros(2), np.array([[1.0, RHO], [RHO, 1.0]]))
    return DiffusionModel(GaussianProcess(log_linear(steps, first=1e-4, alpha_bar_end=1e-3)), network, unit_data((2,)))


def second(frame: PosteriorFrame) -> tuple[float, float]:
    return mean_and_variance(frame, 1)


def test_a_known_coordinate_on_its_own_path_leaves_the_conditional(correlated: DiffusionModel) -> None:
    r = Mask(ONE, np.array([Y, 0.0]))
    found = repeated(correlated, Posterior(r, weighted=True), 400, 10, second)
    assert agree(found, [RHO * Y, 1 - RHO**2, gaussian_density(Y, 1)])


def test_a_known_coordinate_twisted_leaves_the_conditional_with_equal_weights(correlated: DiffusionModel) -> None:
    r, count = Mask(ONE, np.array([Y, 0.0]), "clean"), 2000
    for frame in reverse_under(correlated, RunSpec(count, 2, 1, Posterior(r, "twisted", weighted=True))):
        assert np.ptp(frame.log_weights) < 1e-9
    # beside the data themselves the chain begins at pi, which is a little rounder
    assert frame.log_probability == pytest.approx(math.log(gaussian_density(Y, 1)), abs=1e-5)
    mean, variance = second(frame)
    assert abs(mean - RHO * Y) < 3 * math.sqrt((1 - RHO**2) / count) + 1e-3
    assert abs(variance / (1 - RHO**2) - 1) < 3 * math.sqrt(2 / count) + 1e-3


def test_a_mask_and_an_observation_multiply(correlated: DiffusionModel) -> None:
    r = Product((NoisyObservation(np.array([0.0, -0.5]), 0.5, ONE), Mask(ONE, np.array([Y, 0.0]))))
    prior, noise = 1 - RHO**2, 0.25
    mean = (RHO * Y * noise - 0.5 * prior) / (prior + noise)
    total = gaussian_density(Y, 1) * gaussian_density(RHO * Y + 0.5, prior + noise)
    found = repeated(correlated, Posterior(r, "twisted", weighted=True), 300, 10, second)
    assert agree(found, [mean, prior * noise / (prior + noise), total], slack=1e-3)


@pytest.mark.parametrize(("known_mode", "timing"), [("noised", "constant"), ("clean", "twisted")])
def test_many_entries_are_filled_in_as_few_are(unit_data: Unit, known_mode: str, timing: str) -> None:
    """In more dimensions than guesses are looked at all around in: 3 of 12 known, all correlated by 1/2."""
    covariance = np.full((12, 12), 0.5) + 0.5 * np.eye(12)
    rates = log_linear(40, first=1e-3, alpha_bar_end=1e-3)
    model = DiffusionModel(GaussianProcess(rates), AnalyticNetwork.of(np.zeros(12), covariance), unit_data((12,)))
    mask = np.arange(12) >= 3
    known = np.where(mask, 0.0, np.array([1.0, 0.2, 0.6, *np.zeros(9)]))
    gain = np.linalg.solve(covariance[:3, :3], covariance[:3, 3])
    found = repeated(
        model,
        Posterior(Mask(mask, known, known_mode), timing, weighted=True),
        300,
        8,
        lambda frame: [average(frame, frame.x[:, 3:].mean(1))],
    )
    assert agree(found[:, :1], [float(gain @ known[:3])], slack=5e-3)


@pytest.mark.parametrize("known_mode", ["noised", "clean"])
@pytest.mark.parametrize("timing", ["constant", "fading", "twisted"])
def test_known_entries_end_as_they_are_known_bit_for_bit(
    model: DiffusionModel, heartbeat: DiffusionModel, known_mode: str, timing: str
) -> None:
    values = np.array([0.1, 1 / 3], dtype=np.float32)
    bits = Mask(np.arange(20) >= 4, (np.arange(20) % 2).astype(np.float32), known_mode)
    for weighted in (False, True):
        if weighted and known_mode == "clean" and timing != "twisted":
            continue
        frame = last(model, Posterior(Mask(ONE, values, known_mode), timing, weighted), 40)
        assert (frame.x[:, 0] == values[0]).all()
        assert (frame.x[:, 1] != values[1]).any()
        frame = last(heartbeat, Posterior(bits, timing, weighted), 40)
        assert (frame.x[:, :4] == [0, 1, 0, 1]).all()


def test_a_coordinate_held_at_x0_is_there_at_every_step(correlated: DiffusionModel) -> None:
    for frame in reverse_under(correlated, RunSpec(20, 1, 1, Posterior(Mask(ONE, np.array([Y, 0.0]), "clean")))):
        assert (frame.x[:, 0] == np.float32(Y)).all()


@pytest.mark.parametrize(("known_mode", "steps"), [("noised", 60), ("clean", 60), ("noised", 150)])
def test_steps_taken_back_and_forth_mix_better(unit_data: Unit, known_mode: str, steps: int) -> None:
    """The paper's kernels miss the conditional mean; repeated, each step comes nearer to it, by longer moves too."""
    gaps, model = [], correlated_model(unit_data, steps)
    for repeats in (0, 4):
        r = Mask(ONE, np.array([Y, 0.0]), known_mode, repeats)
        frame = last(model, Posterior(r), 500)
        assert (frame.x[:, 0] == np.float32(Y)).all()
        gaps.append(abs(mean_and_variance(frame, 1)[0] - RHO * Y))
    assert gaps[1] < gaps[0] / 2


@pytest.mark.parametrize(
    ("steps", "begin"), [(1, 1), (40, 40), (60, 33), (200, 200), (1000, 1000), (1000, 420), (2000, 7)]
)
@pytest.mark.parametrize("repeats", [1, 2, 3, 7])
def test_each_step_lies_on_as_many_ways_back_as_were_asked_for(steps: int, begin: int, repeats: int) -> None:
    length = max(1, round(steps / 50))
    walked = np.zeros(begin + 1, dtype=int)
    for s in range(begin - 1, -1, -1):
        for times in resampling_segments(steps, begin, s, repeats):
            assert times[-1] == s > 0
            assert times[0] == min(s + length, begin)
            assert len(times) - 1 == min(MOVES_A_SEGMENT, times[0] - s)
            assert (np.diff(times) < 0).all()
            walked[s + 1 : times[0] + 1] += 1
    assert (walked[1 + length : begin + 1 - length] == repeats).all()
    assert walked.max(initial=0) <= repeats
    assert walked[1] == 0  # the last step, to the data, is never walked again
