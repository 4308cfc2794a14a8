"""The weights that a training ends with: the best ones on the validation data, whatever came afterwards."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.data.sources import Examples
from core.errors import BadInputError
from core.networks.perceptrons import MultilayerPerceptron
from core.processes.schedules import log_linear
from core.training import trainer as trainer_module
from core.training.learned_schedule import LearnedSchedule
from core.training.trainer import Trainer, TrainingSpec
from core.values.checkpoints import DataInfo

FEW = np.random.default_rng(0).standard_normal((6, 2)).astype(np.float32)
OTHERS = np.random.default_rng(1).standard_normal((200, 2)).astype(np.float32)
INFO = DataInfo("few", (2,), (-5.0, 5.0), np.zeros(2), np.ones(2), FEW)
SPEC = TrainingSpec(60, seed=2, batch=64, learning_rate=2e-2, ema_decay=0.5, validation=400)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "REPORT_EVERY", 5)


def overfitting(points: NDArray[np.float32] = FEW) -> Trainer:
    """A training on a few points that soon knows them by heart, judged by two hundred others."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        network = MultilayerPerceptron(2, width=32, layers=2)
    source = Examples("few", points, held_out_data=OTHERS[:5])
    rates = LearnedSchedule(log_linear(8, 1e-2, 1e-2))
    return Trainer(network, rates, source, INFO, SPEC, Examples("others", OTHERS))


def test_the_weights_are_those_with_the_best_validation_k() -> None:
    run = overfitting()
    seen = {progress.step: progress.validation_k for progress in run.run()}
    best = max(seen, key=lambda step: seen[step])
    assert seen[best] > seen[60] + 0.2  # the last weights are worse
    assert run.best_step == best
    run._averaged = run._best_modules
    assert run._validation_bound() == seen[best]


def test_weights_that_never_beat_the_untrained_network_are_not_taken() -> None:
    run = overfitting((FEW / 20 + 3).astype(np.float32))  # far from all others
    untrained = run.averaged()[0]
    list(run.run())
    assert run.best_step == 0
    assert all(np.array_equal(weight, untrained[name]) for name, weight in run.averaged()[0].items())


def test_resuming_remembers_the_best_weights() -> None:
    whole, stopped, resumed = overfitting(), overfitting(), overfitting()
    list(whole.run())
    reports = stopped.run()
    while stopped.steps_done < 40:
        next(reports)
    state = {name: value.copy() for name, value in stopped.state().items()}
    resumed.resume(stopped.steps_done, state, np.array(stopped.history))
    assert resumed.best_step == stopped.best_step
    list(resumed.run())
    assert resumed.best_step == whole.best_step
    assert resumed._best is not None
    assert whole._best is not None
    assert resumed._best.k == whole._best.k
    for (one, one_betas), (other, other_betas) in [(resumed.averaged(), whole.averaged())]:
        assert np.array_equal(one_betas, other_betas)
        assert all(np.array_equal(one[name], other[name]) for name in one)


def test_best_weights_in_the_state_of_a_training_that_chooses_none_are_refused() -> None:
    run = overfitting()
    next(iter(run.run()))
    state = dict(run.state())
    other = overfitting()
    other._best = None
    with pytest.raises(BadInputError, match="/training/state does not fit"):
        other.resume(run.steps_done, state, np.array(run.history))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("best.k", np.array(np.nan)),
        ("best.k", np.zeros(2)),
        ("best.step", np.array(-1)),
        ("best.step", None),
        ("best.0.first.bias", np.zeros(3)),
    ],
)
def test_best_weights_that_do_not_fit_are_refused(name: str, value: np.ndarray | None) -> None:
    run, other = overfitting(), overfitting()
    next(iter(run.run()))
    state = dict(run.state())
    if value is None:
        del state[name]
    else:
        state[name] = value
    with pytest.raises(BadInputError, match="/training/state does not fit"):
        other.resume(run.steps_done, state, np.array(run.history))


def test_the_held_out_examples_take_no_part_in_the_choice() -> None:
    run, other = overfitting(), overfitting()
    other._source = Examples("few", FEW, held_out_data=np.full((5, 2), 9.0, np.float32))
    list(run.run())
    list(other.run())
    assert run.history == other.history
    assert run.best_step == other.best_step
