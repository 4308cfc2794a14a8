"""Walks under a second distribution as such: their frames, their seeds, their weights, and what is resampled."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.model import DiffusionModel
from core.networks.analytic import AnalyticNetwork
from core.networks.empirical import EmpiricalNetwork
from core.posterior.samplers import equally_weighted, reverse_under, systematic
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.runtime.devices import torch_generator
from core.values.potentials import HalfPlane, Mask, NoisyObservation, PaintedField, Posterior, Product
from core.values.runs import RunSpec
from tests.support.posteriors import FEW, FEW_WISH, ONE, T, Unit, Y, gaussian_density, last, mean_and_variance, observed

pytestmark = pytest.mark.usefixtures("one_thread")


def many_r(model: DiffusionModel) -> list[Posterior]:
    field = PaintedField(np.array([[0.0, 1.0], [-1.0, 0.5]]), (-1.0, 1.0, -1.0, 1.0))
    return [
        Posterior(Mask(ONE, np.zeros(2, np.float32)), weighted=True),
        Posterior(Mask(ONE, np.zeros(2, np.float32), "clean", resample_times=1)),
        Posterior(HalfPlane(np.ones(2), 0.0), "twisted", weighted=True),
        Posterior(NoisyObservation(np.zeros(2, np.float32), 0.3), weighted=True),
        Posterior(Product((field, HalfPlane(np.ones(2), 0.0))), "twisted", weighted=True),
    ]


def test_walks_go_from_the_end_to_0_in_frames_that_are_frozen(model: DiffusionModel) -> None:
    for posterior in many_r(model):
        walk = reverse_under(model, RunSpec(30, 3, 1, posterior))
        first = next(walk)
        kept = first.x.copy(), first.log_weights.copy()
        frames = [first, *walk]
        assert np.array_equal(first.x, kept[0])
        assert np.array_equal(first.log_weights, kept[1])
        assert [frame.t for frame in frames] == [5, 4, 3, 2, 1, 0]
        for frame in frames:
            assert frame.x.shape == (30, 2)
            assert frame.x.dtype == np.float32
            assert np.exp(frame.log_weights).sum() == pytest.approx(1)
            assert 1 - 1e-9 <= frame.effective_size <= 30 + 1e-9
            assert (frame.log_probability is None) == (not posterior.weighted)
            for array in (frame.x, frame.log_weights):
                with pytest.raises(ValueError, match="read-only"):
                    array[0] = 0
        with pytest.raises(dataclasses.FrozenInstanceError):
            first.t = 3  # type: ignore[misc]


def test_equal_specs_give_equal_arrays_bit_for_bit_and_other_seeds_others(model: DiffusionModel) -> None:
    for posterior in many_r(model):
        spec = RunSpec(40, 9, 1, posterior)
        torch.manual_seed(1)
        frames = list(reverse_under(model, spec))
        torch.manual_seed(2)  # what others draw is of no account
        again = list(reverse_under(model, dataclasses.replace(spec)))
        other = list(reverse_under(model, dataclasses.replace(spec, seed=10)))
        for one, two, three in zip(frames, again, other, strict=True):
            assert np.array_equal(one.x, two.x)
            assert np.array_equal(one.log_weights, two.log_weights)
            assert one.log_probability == two.log_probability
            assert not np.array_equal(one.x, three.x)


def test_more_particles_than_are_moved_at_once_are_walked_as_well(
    model: DiffusionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sampling.blocks.STATES_AT_ONCE", 7)
    for posterior in many_r(model):
        frames = list(reverse_under(model, RunSpec(20, 3, 1, posterior)))
        assert all(frame.x.shape == (20, 2) and np.isfinite(frame.x).all() for frame in frames)


def test_what_is_resampled_continues_its_ancestors_with_equal_weights(unit: Callable[[int], DiffusionModel]) -> None:
    frames = list(reverse_under(unit(T), RunSpec(300, 3, 1, Posterior(observed(0.3), weighted=True))))
    resampled = [frame for frame in frames if frame.resampled]
    assert resampled
    assert not frames[-1].resampled
    for frame in resampled:
        assert frame.effective_size < 150
        assert np.allclose(frame.log_weights, -math.log(300))
        assert frame.ancestors is not None
        assert (np.diff(frame.ancestors) >= 0).all()
        doubles = np.flatnonzero(np.diff(frame.ancestors) == 0)
        assert np.array_equal(frame.x[doubles], frame.x[doubles + 1])
    assert all(frame.effective_size >= 150 for frame in frames[:-1] if not frame.resampled)


def test_systematic_resampling_takes_each_by_its_share_rounded_up_or_down() -> None:
    rng = torch_generator(3, "systematic")
    weights = torch.rand(50, generator=rng, dtype=torch.float64)
    shares = 200 * weights / weights.sum()
    taken = torch.stack([systematic(weights.log(), 200, rng).bincount(minlength=50) for _ in range(400)]).double()
    assert (taken.sum(1) == 200).all()
    assert ((taken >= shares.floor()) & (taken <= shares.ceil())).all()
    assert ((taken.mean(0) - shares).abs() < 4 * 0.5 / math.sqrt(400)).all()
    only = systematic(torch.tensor([-math.inf, 0.0, -math.inf]).double(), 7, rng)
    assert (only == 1).all()


def test_equally_weighted_states_are_the_particles_by_their_weights(unit: Callable[[int], DiffusionModel]) -> None:
    frame = last(unit(20), Posterior(observed(3.0), "fading", weighted=True), 2000)
    x = equally_weighted(frame, 6000, 0)
    assert x.shape == (6000, 1)
    assert set(x[:, 0]) <= set(frame.x[:, 0])
    assert abs(x.mean() - mean_and_variance(frame)[0]) < 0.01


@pytest.mark.parametrize("rates", [[0.3], [0.1, 1.0], [0.1, 0.2, 1.0, 0.3]])
def test_one_step_and_steps_that_erase_all_are_walked_as_well(unit_data: Unit, rates: list[float]) -> None:
    network = AnalyticNetwork.of(np.zeros(1), np.eye(1))
    model = DiffusionModel(GaussianProcess(np.array(rates)), network, unit_data((1,)))
    frame = last(model, Posterior(observed(1.0), "twisted", weighted=True), 100)
    assert np.ptp(frame.log_weights) < 1e-9
    assert frame.log_probability == pytest.approx(math.log(gaussian_density(Y, 2)))
    model = DiffusionModel(BinomialProcess(np.array(rates)), EmpiricalNetwork.of(FEW), unit_data((4,)))
    frame = last(model, Posterior(FEW_WISH, "twisted", weighted=True), 100)
    assert np.isfinite(frame.log_weights).all()
