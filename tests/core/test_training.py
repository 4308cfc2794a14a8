"""Training: its gradients, that K rises, that resuming equals never having stopped, and how it fails."""

from __future__ import annotations

import dataclasses
import itertools
import math
import signal
import threading
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core import training
from core.datasets import Heartbeat, Source, SwissRoll
from core.errors import BadInputError, TrainingError
from core.interrupts import uninterrupted
from core.laws import NATS_PER_BIT
from core.learned_rates import FixedRates, LearnedRates
from core.model import DiffusionModel
from core.networks import BitPerceptron, MultilayerPerceptron
from core.processes import BinomialProcess, GaussianProcess
from core.randomness import numpy_generator, torch_generator
from core.recipes import heartbeat, swiss_roll
from core.schedules import constant, constant_erasure, log_linear
from core.training import Trainer, TrainingSpec, minibatch_bound
from core.training_state import flattened
from core.values import DataInfo

Spoil = Callable[[dict[str, NDArray[np.generic]]], object]
Make = Callable[..., Trainer]
SPEC = TrainingSpec(steps=8, seed=3, batch=32, threads=1)
INFO = swiss_roll().info
BETAS = log_linear(6, first=1e-2, alpha_bar_end=1e-2)


class Poisoned(SwissRoll):
    """A swiss roll whose draws are no numbers from the given one on."""

    def __init__(self, first_bad: int) -> None:
        self.left = first_bad

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        self.left -= 1
        points = super().sample(count, rng)
        return points if self.left >= 0 else np.full_like(points, np.nan)


def trainer(spec: TrainingSpec = SPEC, start: int = 0, source: Source | None = None) -> Trainer:
    """Return a small training of the swiss roll whose weights begin at those of seed ``start``."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(start)
        network = MultilayerPerceptron(2, width=12, layers=2, frequencies=2, detail=2)
    return Trainer(network, LearnedRates(BETAS), source or SwissRoll(), INFO, spec)


def bit_trainer(spec: TrainingSpec = SPEC, start: int = 0) -> Trainer:
    """Return a small training of the heartbeat whose weights begin at those of seed ``start``."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(start)
        network = BitPerceptron(20, width=12, layers=2, frequencies=2)
    return Trainer(network, FixedRates(constant_erasure(9)), Heartbeat(), heartbeat().info, spec)


def assert_equal_arrays(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        assert value.dtype == other[name].dtype, name
        assert np.array_equal(value, other[name]), name


def assert_same(one: Trainer, other: Trainer) -> None:
    assert one.steps_done == other.steps_done
    assert one.history == other.history
    assert_equal_arrays(one.state(), other.state())
    (weights, betas), (other_weights, other_betas) = one.averaged(), other.averaged()
    assert_equal_arrays(dict(weights), dict(other_weights))
    assert np.array_equal(betas, other_betas)


def stopped_after(steps: int, monkeypatch: pytest.MonkeyPatch, make: Make = trainer) -> Trainer:
    """Return a training that was stopped at the report of its step number ``steps``; every step is reported."""
    monkeypatch.setattr(training, "REPORT_EVERY", 1)
    run = make()
    for progress in run.run():
        if progress.step == steps:
            break
    return run


def interrupted_after(steps: int, make: Make = trainer) -> Trainer:
    """Return a training in whose step number ``steps`` Ctrl+C was pressed, when half of its weights were changed."""
    run = make()
    average = run._average

    def pressed(step: int) -> None:
        if step == steps - 1:
            signal.raise_signal(signal.SIGINT)
        average(step)

    run._average = pressed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        list(run.run())
    return run


def resumed(stopped: Trainer, make: Make = trainer) -> Trainer:
    """Return another training that goes on where ``stopped`` is, from what that would write down."""
    run = make(start=7)
    run.resume(stopped.steps_done, stopped.state(), np.array(stopped.history).reshape(-1, 3))
    return run


# ------------------------------------------------------------------------------------------------------------ gradients


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


def test_the_gradient_of_k_for_bits_is_that_of_finite_differences() -> None:
    network = BitPerceptron(20, width=6, layers=2, frequencies=2).double()
    torch.nn.init.normal_(network.read_out.weight, std=0.5, generator=torch.Generator().manual_seed(1))
    model = DiffusionModel(BinomialProcess(constant_erasure(9, first=1e-3)), network, heartbeat().info)
    x0 = torch.from_numpy(Heartbeat().sample(64, np.random.default_rng(2))).double()

    def bound() -> torch.Tensor:
        return minibatch_bound(model, x0, torch.Generator().manual_seed(4))

    weight = network.read_out.weight
    (gradient,) = torch.autograd.grad(bound(), [weight])
    assert float(gradient.abs().max()) > 1e-2
    with torch.no_grad():
        for place in ((0, 0), (7, 3), (19, 5)):
            weight[place] += 1e-5
            above = bound()
            weight[place] -= 2e-5
            assert float((above - bound()) / 2e-5) == pytest.approx(float(gradient[place]), rel=1e-4, abs=1e-6)
            weight[place] += 1e-5


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


def test_tables_that_are_learned_hold_the_same_as_those_that_are_not() -> None:
    rates = LearnedRates(BETAS)
    learned, fixed = GaussianProcess(rates()), GaussianProcess(rates().detach())
    rng = np.random.default_rng(0)
    for steps, kind in (([2, 5, 6], np.float32), ([2, 5, 6], np.float64), ([6, 3, 3], np.float64)):
        x0, x = torch.from_numpy(rng.standard_normal((2, 3, 2)).astype(kind))
        t = torch.tensor(steps)
        for one, other in (
            (learned.posterior_law(x0, x, t), fixed.posterior_law(x0, x, t)),
            (learned.jump_law(x0, t), fixed.jump_law(x0, t)),
            (learned.jump_law(x0.double(), t), fixed.jump_law(x0.double(), t)),
        ):
            assert one.mean.dtype == other.mean.dtype
            assert torch.equal(one.mean, other.mean)
            assert torch.equal(one.stddev, other.stddev)


def test_one_vector_holds_all_weights_and_all_gradients() -> None:
    network = MultilayerPerceptron(2, width=4, layers=2)
    torch.nn.init.normal_(network.read_out.weight, generator=torch.Generator().manual_seed(0))
    shapes = [tuple(weight.shape) for weight in network.parameters()]
    before = [weight.detach().clone() for weight in network.parameters()]
    vector = flattened(network)
    assert [tuple(weight.shape) for weight in network.parameters()] == shapes
    assert all(torch.equal(*pair) for pair in zip(network.parameters(), before, strict=True))
    network(torch.ones(3, 2), torch.ones(3, 1)).sum().backward()
    gradients = [weight.grad for weight in network.parameters()]
    assert vector.grad is not None
    assert torch.equal(vector.grad, torch.cat([gradient.reshape(-1) for gradient in gradients if gradient is not None]))
    assert float(vector.grad.abs().sum()) > 0
    with torch.no_grad():
        vector.zero_()
    assert all(not weight.any() for weight in network.parameters())


# ------------------------------------------------------------------------------------------------------------- learning


@pytest.mark.parametrize("make", [trainer, bit_trainer])
def test_k_rises_and_so_does_that_of_the_averaged_weights(make: Make) -> None:
    spec = TrainingSpec(steps=300, batch=128, threads=1, rate=5e-3)
    run = make(spec)
    reports = list(run.run())
    assert [report.step for report in reports] == [100, 200, 300]
    assert {report.total for report in reports} == {300}
    assert reports[0].k < reports[1].k < reports[2].k
    assert reports[0].validation_k < reports[1].validation_k < reports[2].validation_k
    assert run.history == [(report.step, report.k, report.validation_k) for report in reports]


def test_learned_rates_keep_their_first_rate_and_their_end() -> None:
    run = trainer(TrainingSpec(steps=40, batch=32, threads=1, rates_rate=0.3, decay=0.5))
    list(run.run())
    _, learned = run.averaged()
    assert not np.allclose(learned, BETAS, rtol=0.05)
    assert learned[0] == BETAS[0]
    assert np.prod(1 - learned) == pytest.approx(1e-2, rel=1e-9)


def test_learned_rates_change_at_every_fourth_step_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "REPORT_EVERY", 1)
    run = trainer()
    seen = [run.state()["live.1.logits"] for _ in run.run()]
    changed = [not np.array_equal(*pair) for pair in itertools.pairwise(seen)]
    assert changed == [False, False, False, True, False, False, False]


def test_fixed_rates_stay_as_they_are_to_the_last_bit() -> None:
    run = bit_trainer()
    list(run.run())
    assert np.array_equal(run.averaged()[1], constant_erasure(9))


def test_equal_trainings_give_equal_weights_bit_for_bit() -> None:
    one, other = trainer(), trainer()
    list(one.run())
    torch.manual_seed(99)  # what others draw is of no account
    list(other.run())
    assert_same(one, other)


def test_another_seed_gives_other_weights() -> None:
    one, other = trainer(), trainer(dataclasses.replace(SPEC, seed=4))
    list(one.run())
    list(other.run())
    assert not np.array_equal(one.averaged()[0]["first.weight"], other.averaged()[0]["first.weight"])


def test_progress_is_in_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    minus_two = lambda model, *_: 2 * ((model.process.betas * 0).sum() - 2.0,)  # noqa: E731
    monkeypatch.setattr(training, "minibatch_bounds", minus_two)
    run = trainer(dataclasses.replace(SPEC, rates_every=1))  # so that there is always a gradient
    run._model_at_rest = lambda: run._model(run._live)  # type: ignore[method-assign]
    report = list(run.run())[-1]
    assert report.k == pytest.approx(-2.0 / NATS_PER_BIT)
    assert report.validation_k == pytest.approx(-2.0 / NATS_PER_BIT)


# ----------------------------------------------------------------------------------------------------------- validation


@pytest.mark.parametrize("make", [trainer, bit_trainer])
def test_validation_k_is_that_of_the_averaged_weights_on_examples_of_its_own(make: Make) -> None:
    run = make()
    report = list(run.run())[-1]
    weights, betas = run.averaged()
    network = run._live[0]
    network.load_state_dict({name: torch.tensor(weight) for name, weight in weights.items()})
    process = GaussianProcess(betas) if make is trainer else BinomialProcess(betas)
    x0 = torch.from_numpy(run._info.to_model(run._source.sample(2048, numpy_generator(3, "validation data"))))
    with torch.no_grad():
        found = minibatch_bound(DiffusionModel(process, network, run._info), x0, torch_generator(3, "validation noise"))
    assert report.validation_k == pytest.approx(float(found) / NATS_PER_BIT, rel=1e-9)


def test_validation_looks_at_the_same_examples_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "REPORT_EVERY", 1)
    run = trainer(dataclasses.replace(SPEC, rate=0.0, rates_rate=0.0))
    assert len({report.validation_k for report in run.run()}) == 1


def test_how_often_is_reported_changes_nothing_that_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    seldom, often = trainer(), stopped_after(SPEC.steps, monkeypatch)
    monkeypatch.setattr(training, "REPORT_EVERY", 100)
    assert len(list(seldom.run())) == 1
    assert len(often.history) == SPEC.steps
    assert_equal_arrays(seldom.state(), often.state())


# ------------------------------------------------------------------------------------------------ stopping and resuming


@pytest.mark.parametrize("make", [trainer, bit_trainer])
@pytest.mark.parametrize("steps", [1, 5])
def test_resuming_equals_never_having_stopped_bit_for_bit(
    steps: int, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on, never_stopped = resumed(stopped_after(steps, monkeypatch, make), make), make()
    assert [progress.step for progress in going_on.run()] == list(range(steps + 1, SPEC.steps + 1))
    list(never_stopped.run())
    assert_same(going_on, never_stopped)


@pytest.mark.parametrize("make", [trainer, bit_trainer])
@pytest.mark.parametrize("steps", [1, 2, 3, 8])
def test_ctrl_c_in_the_middle_of_a_step_waits_for_its_end(
    steps: int, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "REPORT_EVERY", 3)
    stopped, never_stopped = interrupted_after(steps, make), make()
    assert stopped.steps_done == steps
    going_on = resumed(stopped, make)
    list(going_on.run())
    list(never_stopped.run())
    assert_same(going_on, never_stopped)
    assert [row[0] for row in going_on.history] == [3, 6, 8]


def test_ctrl_c_while_a_gradient_is_taken_leaves_the_step_before() -> None:
    stopped, never_stopped = trainer(), trainer()
    stopped._clip = pressed_at(stopped, 5)  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        list(stopped.run())
    assert stopped.steps_done == 4
    going_on = resumed(stopped)
    list(going_on.run())
    list(never_stopped.run())
    assert_same(going_on, never_stopped)


def pressed_at(run: Trainer, step: int) -> Callable[[], float]:
    """Return the training's clipping of the gradient with Ctrl+C pressed in it, in step number ``step``."""
    clip = type(run)._clip

    def pressed() -> float:
        if run.steps_done == step - 1:
            signal.raise_signal(signal.SIGINT)
        return clip(run)

    return pressed


def test_what_is_uninterrupted_ends_before_ctrl_c_is_heard() -> None:
    done = []

    def work() -> None:
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("all of it")
        done.append("more")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all of it"]
    with pytest.raises(KeyboardInterrupt):  # and afterwards it is heard at once, as before
        signal.raise_signal(signal.SIGINT)


def test_a_thread_that_hears_no_ctrl_c_may_train_as_well() -> None:
    in_a_thread, here = trainer(), trainer()
    thread = threading.Thread(target=lambda: list(in_a_thread.run()))
    thread.start()
    thread.join()
    list(here.run())
    assert_same(in_a_thread, here)


def test_a_state_does_not_change_when_training_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    run = stopped_after(2, monkeypatch)
    state = run.state()
    kept = {name: value.copy() for name, value in state.items()}
    list(run.run())
    assert_equal_arrays(state, kept)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda state: state.update(strange=np.zeros(3)),
        lambda state: state.pop("live.0.first.bias"),
        lambda state: state.update({"averaged.0.first.bias": np.zeros(5)}),
        lambda state: state.update({"adam.0.exp_avg": np.zeros(5, dtype=np.float32)}),
        lambda state: state.update({"adam.x.exp_avg": np.zeros(5, dtype=np.float32)}),
        lambda state: state.pop("adam.0.step"),
        lambda state: state.pop("adam.0.exp_avg_sq"),
        lambda state: [state.pop(name) for name in list(state) if name.startswith("adam.1.")],
        lambda state: state.update({"recent.k": np.zeros((2, 2))}),
        lambda state: state.update({"recent.k": np.zeros(3)}),
        lambda state: state.update({"recent.else": np.zeros(1)}),
        lambda state: state.update({"live.1.total": np.array(-1.0)}),
        lambda state: state.clear(),
    ],
    ids=[
        "strange",
        "no weight",
        "shape",
        "moment's shape",
        "number",
        "no step",
        "no moment",
        "no parameter",
        "K of no steps",
        "K of too many steps",
        "else than K",
        "rates",
        "empty",
    ],
)
def test_a_state_that_does_not_fit_is_refused_before_training(spoil: Spoil, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = stopped_after(2, monkeypatch)
    state = stopped.state()
    spoil(state)
    with pytest.raises(BadInputError, match=r"/training/state|rate of step"):
        trainer().resume(2, state, np.array(stopped.history))


def test_a_history_without_validation_is_not_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = stopped_after(2, monkeypatch)
    with pytest.raises(BadInputError, match="history"):
        trainer().resume(2, stopped.state(), np.array(stopped.history)[:, :2])


# -------------------------------------------------------------------------------------------------------- what goes bad


def assert_stopped_as_after_4(bad: Trainer, good: Trainer) -> None:
    assert bad.steps_done == 4
    assert_same(bad, good)
    assert all(np.isfinite(value).all() for value in bad.state().values())
    assert all(np.isfinite(value).all() for value in bad.averaged()[0].values())


def test_k_that_is_no_number_stops_training_and_leaves_the_last_good_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = stopped_after(4, monkeypatch), trainer(source=Poisoned(8))  # each step draws, and each report
    with pytest.raises(TrainingError, match="step 5"):
        list(bad.run())
    assert_stopped_as_after_4(bad, good)


@pytest.mark.parametrize("weight", [math.inf, math.nan])
def test_a_gradient_that_is_not_finite_stops_training_as_well(weight: float, monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = stopped_after(4, monkeypatch), trainer()
    plain = training.minibatch_bounds

    def poisoned(
        model: DiffusionModel, x0: torch.Tensor, rng: torch.Generator, emphasis: float
    ) -> tuple[torch.Tensor, torch.Tensor]:
        k, ascended = plain(model, x0, rng, emphasis)
        if bad.steps_done == 4 and ascended.requires_grad:
            ascended.register_hook(lambda gradient: gradient * weight)
        return k, ascended

    monkeypatch.setattr(training, "minibatch_bounds", poisoned)
    with pytest.raises(TrainingError, match="gradient was no longer finite at step 5"):
        list(bad.run())
    assert_stopped_as_after_4(bad, good)


def test_what_stopped_on_a_bad_number_can_be_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "REPORT_EVERY", 3)
    bad, never_stopped = trainer(source=Poisoned(5)), trainer()
    with pytest.raises(TrainingError):
        list(bad.run())
    going_on = resumed(bad)
    list(going_on.run())
    list(never_stopped.run())
    assert_same(going_on, never_stopped)


@pytest.mark.parametrize("change", [{"steps": 0}, {"steps": -3}, {"batch": 0}])
def test_what_is_no_training_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(BadInputError, match="steps"):
        trainer(dataclasses.replace(SPEC, **change))
