"""Training: that K rises and how it is reported, which rates change, and that equal trainings are equal."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import BadInputError
from core.model import DiffusionModel
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure
from core.runtime.devices import numpy_generator, torch_generator
from core.training import objective
from core.training import trainer as trainer_module
from core.training.objective import minibatch_bounds
from core.training.trainer import TrainingSpec
from core.values.measurements import NATS_PER_BIT
from tests.support.training import (
    BETAS,
    SPEC,
    Make,
    assert_equal_arrays,
    assert_same,
    bit_trainer,
    stopped_after,
    trainer,
)


# ------------------------------------------------------------------------------------------------------------- learning
@pytest.mark.parametrize("make", [trainer, bit_trainer])
def test_k_rises_and_so_does_that_of_the_averaged_weights(make: Make) -> None:
    spec = TrainingSpec(steps=300, batch=128, threads=1, learning_rate=5e-3)
    run = make(spec)
    reports = list(run.run())
    assert [report.step for report in reports] == [100, 200, 300]
    assert {report.total for report in reports} == {300}
    assert reports[0].k < reports[1].k < reports[2].k
    assert reports[0].validation_k < reports[1].validation_k < reports[2].validation_k
    assert run.history == [(report.step, report.k, report.validation_k) for report in reports]


def test_learned_rates_keep_their_first_rate_and_their_end() -> None:
    run = trainer(TrainingSpec(steps=40, batch=32, threads=1, schedule_learning_rate=0.3, ema_decay=0.5))
    list(run.run())
    _, learned = run.averaged()
    assert not np.allclose(learned, BETAS, rtol=0.05)
    assert learned[0] == BETAS[0]
    assert np.prod(1 - learned) == pytest.approx(1e-2, rel=1e-9)


def test_learned_rates_change_at_every_fourth_step_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "REPORT_EVERY", 1)
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


def test_a_shorter_memory_gives_way_to_larger_gradients_sooner() -> None:
    """The first gradient's square is taken in by 1 - memory; the first step, corrected for that, is the same."""
    long, short = (trainer(dataclasses.replace(SPEC, beta2=beta2)) for beta2 in (0.999, 0.9))
    squares = []
    for each in (long, short):
        each._gradient_step(0)
        squares.append(next(iter(each._optimizer.state.values()))["exp_avg_sq"].clone())
    torch.testing.assert_close(squares[1], 100 * squares[0])
    assert np.allclose(long.averaged()[0]["first.weight"], short.averaged()[0]["first.weight"], atol=1e-6)
    for each in (long, short):
        list(each.run())
    assert not np.allclose(long.averaged()[0]["first.weight"], short.averaged()[0]["first.weight"], atol=1e-6)


def test_progress_is_in_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    minus_two = lambda model, *_: 2 * ((model.process.betas * 0).sum() - 2.0,)  # noqa: E731
    for module in (objective, trainer_module):
        monkeypatch.setattr(module, "minibatch_bounds", minus_two)
    run = trainer(dataclasses.replace(SPEC, schedule_update_every=1))  # so that there is always a gradient
    run._model_of_fixed_schedule = lambda: run._model(run._live)  # type: ignore[method-assign]
    report = list(run.run())[-1]
    assert report.k == pytest.approx(-2.0 / NATS_PER_BIT)
    assert report.validation_k == pytest.approx(-2.0 / NATS_PER_BIT)


@pytest.mark.parametrize("change", [{"steps": 0}, {"steps": -3}, {"batch": 0}])
def test_what_is_no_training_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(BadInputError, match="steps"):
        trainer(dataclasses.replace(SPEC, **change))


# ----------------------------------------------------------------------------------------------------------- validation
@pytest.mark.parametrize("make", [trainer, bit_trainer])
def test_validation_k_is_that_of_the_averaged_weights_on_examples_of_its_own(make: Make) -> None:
    run = make()
    report = list(run.run())[-1]
    weights, betas = run.averaged()
    network: Any = run._live[0]
    network.load_state_dict({name: torch.tensor(weight) for name, weight in weights.items()})
    process = GaussianProcess(betas) if make is trainer else BinomialProcess(betas)
    x0 = torch.from_numpy(run._info.to_model(run._source.sample(2048, numpy_generator(3, "validation data"))))
    with torch.no_grad():
        model = DiffusionModel(process, network, run._info)
        found, _ = minibatch_bounds(model, x0, torch_generator(3, "validation noise"))
    assert report.validation_k == pytest.approx(float(found) / NATS_PER_BIT, rel=1e-9)


def test_validation_looks_at_the_same_examples_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "REPORT_EVERY", 1)
    run = trainer(dataclasses.replace(SPEC, learning_rate=0.0, schedule_learning_rate=0.0))
    assert len({report.validation_k for report in run.run()}) == 1


def test_how_often_is_reported_changes_nothing_that_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    seldom, often = trainer(), stopped_after(SPEC.steps, monkeypatch)
    monkeypatch.setattr(trainer_module, "REPORT_EVERY", 100)
    assert len(list(seldom.run())) == 1
    assert len(often.history) == SPEC.steps
    assert_equal_arrays(seldom.state(), often.state())
