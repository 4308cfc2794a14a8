"""Training: its gradients, that K rises, that resuming equals never having stopped, and how it fails."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core import training
from core.datasets import SwissRoll
from core.errors import BadInputError, TrainingError
from core.model import DiffusionModel
from core.networks import MultilayerPerceptron
from core.processes import NATS_PER_BIT, GaussianProcess
from core.recipes import swiss_roll
from core.schedules import LearnedRates, constant, log_linear
from core.training import Trainer, TrainingSpec, minibatch_bound
from core.values import DataInfo

Spoil = Callable[[dict[str, NDArray[np.generic]]], object]
SPEC = TrainingSpec(steps=8, seed=3, batch=32, threads=1)
INFO = swiss_roll().info


class Poisoned(SwissRoll):
    """A swiss roll whose draws are no numbers from the given one on."""

    def __init__(self, first_bad: int) -> None:
        self.left = first_bad

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        self.left -= 1
        points = super().sample(count, rng)
        return points if self.left >= 0 else np.full_like(points, np.nan)


def trainer(spec: TrainingSpec = SPEC, start: int = 0, source: SwissRoll | None = None) -> Trainer:
    """Return a small training of the swiss roll whose weights begin at those of seed ``start``."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(start)
        network = MultilayerPerceptron(2, width=12, layers=2, frequencies=2, detail=2)
    rates = LearnedRates(log_linear(6, first=1e-2, alpha_bar_end=1e-2))
    return Trainer(network, rates, source or SwissRoll(), INFO, spec)


def assert_equal_arrays(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert value.dtype == other[name].dtype, name
        assert np.array_equal(value, other[name]), name


def stopped_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> Trainer:
    monkeypatch.setattr(training, "REPORT_EVERY", 1)
    run = trainer()
    for progress in run.run():
        if progress.step == steps:
            break
    return run


def frozen_bound(rates: LearnedRates, network: MultilayerPerceptron, info: DataInfo) -> torch.Tensor:
    """Return the minibatch's K with the noise of a fixed seed, all in float64."""
    x0 = torch.from_numpy(np.random.default_rng(2).standard_normal((64, 2)))
    model = DiffusionModel(GaussianProcess(rates()), network, info)
    return minibatch_bound(model, x0, torch.Generator().manual_seed(4))


def test_the_gradient_of_k_for_the_rates_is_that_of_finite_differences(
    betas: NDArray[np.float64], unit_data: Callable[..., DataInfo]
) -> None:
    rng, info = torch.Generator().manual_seed(1), unit_data((2,))
    network = MultilayerPerceptron(2, width=8, layers=2).double()
    torch.nn.init.normal_(network.read_out.weight, std=0.5, generator=rng)
    rates = LearnedRates(betas)
    (gradient,) = torch.autograd.grad(frozen_bound(rates, network, info), [rates.logits])
    differences = torch.zeros_like(gradient)
    with torch.no_grad():
        for index in range(len(gradient)):
            for sign in (1, -1):
                rates.logits[index] += sign * 1e-5
                differences[index] += sign * frozen_bound(rates, network, info) / 2e-5
                rates.logits[index] -= sign * 1e-5
    assert float(differences.abs().max()) > 1e-3 or len(gradient) == 1  # one logit alone shares with nobody
    assert torch.allclose(gradient, differences, rtol=1e-5, atol=1e-7)
    assert abs(float(gradient.sum())) < 1e-9  # a softmax does not see what all its logits have in common


def test_the_minibatch_s_k_is_unbiased(
    exact_model: Callable[[NDArray[np.float64], float], DiffusionModel], betas: NDArray[np.float64]
) -> None:
    model = exact_model(betas, 0.5)
    variances = model.process.alpha_bars * 0.25 + 1 - model.process.alpha_bars
    end, edge = float(variances[-1]), float(variances[1])
    wanted = 0.5 * math.log(end / edge) - 0.5 * math.log(2 * math.pi) - end / 2
    rng = np.random.default_rng(8)
    found = [
        float(minibatch_bound(model, torch.from_numpy(0.5 * rng.standard_normal((256, 1))), generator))
        for generator in (torch.Generator().manual_seed(seed) for seed in range(200))
    ]
    assert abs(np.mean(found) - wanted) < 3 * np.std(found, ddof=1) / math.sqrt(len(found))


def test_a_minibatch_visits_every_step_from_2_on_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[torch.Tensor] = []

    def watched(model: DiffusionModel, x0: torch.Tensor, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        seen.append(t)
        return torch.zeros(len(x0), dtype=torch.float64)

    monkeypatch.setattr(training, "divergence_at", watched)
    model = DiffusionModel(GaussianProcess(constant(11)), MultilayerPerceptron(2, width=4), INFO)
    minibatch_bound(model, torch.zeros(50, 2), torch.Generator().manual_seed(0))
    steps, counts = torch.unique(seen[0], return_counts=True)
    assert steps.tolist() == list(range(2, 12))
    assert set(counts.tolist()) <= {4, 5, 6}


def test_k_rises() -> None:
    spec = TrainingSpec(steps=300, batch=128, threads=1, rate=5e-3)
    reports = list(trainer(spec).run())
    assert [report.step for report in reports] == [100, 200, 300]
    assert {report.total for report in reports} == {300}
    assert reports[0].k < reports[1].k < reports[2].k


def test_learned_rates_keep_their_first_rate_and_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "REPORT_EVERY", 1)
    start = log_linear(6, first=1e-2, alpha_bar_end=1e-2)
    run = trainer(TrainingSpec(steps=20, batch=32, threads=1, rates_rate=0.3))
    list(run.run())
    _, learned = run.averaged()
    assert not np.allclose(learned, start, rtol=0.05)
    assert learned[0] == start[0]
    assert np.prod(1 - learned) == pytest.approx(1e-2, rel=1e-9)


def test_equal_trainings_give_equal_weights_bit_for_bit() -> None:
    one, other = trainer(), trainer()
    list(one.run())
    torch.manual_seed(99)  # what others draw is of no account
    list(other.run())
    assert_equal_arrays(one.state(), other.state())


def test_another_seed_gives_other_weights() -> None:
    one, other = trainer(), trainer(dataclasses.replace(SPEC, seed=4))
    list(one.run())
    list(other.run())
    assert not np.array_equal(one.averaged()[0]["first.weight"], other.averaged()[0]["first.weight"])


@pytest.mark.parametrize("steps", [1, 5])
def test_resuming_equals_never_having_stopped_bit_for_bit(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = stopped_after(steps, monkeypatch)
    resumed, never_stopped = trainer(start=7), trainer()
    resumed.resume(stopped.steps_done, stopped.state())
    rest = [progress.step for progress in resumed.run()]
    assert rest == list(range(steps + 1, SPEC.steps + 1))
    list(never_stopped.run())
    assert_equal_arrays(resumed.state(), never_stopped.state())
    weights, betas = resumed.averaged()
    assert_equal_arrays(dict(weights), dict(never_stopped.averaged()[0]))
    assert np.array_equal(betas, never_stopped.averaged()[1])


def test_a_state_does_not_change_when_training_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    run = stopped_after(2, monkeypatch)
    state = run.state()
    kept = {name: value.copy() for name, value in state.items()}
    list(run.run())
    assert_equal_arrays(state, kept)


def without_moment(state: dict[str, NDArray[np.generic]]) -> None:
    del state["adam.0.exp_avg_sq"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda state: state.update(strange=np.zeros(3)),
        lambda state: state.pop("live.0.first.bias"),
        lambda state: state.update({"averaged.0.first.bias": np.zeros(5)}),
        lambda state: state.update({"adam.0.exp_avg": np.zeros(5, dtype=np.float32)}),
        lambda state: state.update({"adam.x.exp_avg": np.zeros(5, dtype=np.float32)}),
        lambda state: state.pop("adam.0.step"),
        without_moment,
        lambda state: [state.pop(name) for name in list(state) if name.startswith("adam.3.")],
        lambda state: state.clear(),
    ],
    ids=["strange", "no weight", "shape", "moment's shape", "number", "no step", "no moment", "no parameter", "empty"],
)
def test_a_state_that_does_not_fit_is_refused_before_training(spoil: Spoil, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = stopped_after(2, monkeypatch)
    state = stopped.state()
    spoil(state)
    with pytest.raises(BadInputError, match="/training/state"):
        trainer().resume(2, state)


def test_k_that_is_no_number_stops_training_and_leaves_the_last_good_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = stopped_after(4, monkeypatch), trainer(source=Poisoned(4))
    with pytest.raises(TrainingError, match="step 5"):
        list(bad.run())
    assert bad.steps_done == 4
    assert_equal_arrays(bad.state(), good.state())
    assert all(np.isfinite(value).all() for value in bad.averaged()[0].values())


@pytest.mark.parametrize("change", [{"steps": 0}, {"steps": -3}, {"batch": 0}])
def test_what_is_no_training_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(BadInputError, match="steps"):
        trainer(dataclasses.replace(SPEC, **change))


def test_progress_is_in_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "minibatch_bound", lambda model, x0, rng: (model.process.betas * 0).sum() - 2.0)
    reports = list(trainer().run())
    assert reports[-1].k == pytest.approx(-2.0 / NATS_PER_BIT)
