"""Trainings that stop: resuming equals never having stopped, whatever it was, and what does not fit is refused."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import BadInputError, TrainingError
from core.model import DiffusionModel
from core.runtime.files import uninterrupted
from core.training import objective as objective_module
from core.training import trainer as trainer_module
from core.training.trainer import Trainer
from tests.support.training import (
    SPEC,
    Make,
    Poisoned,
    assert_equal_arrays,
    assert_same,
    bit_trainer,
    interrupted_after,
    resumed,
    stopped_after,
    trainer,
)

Spoil = Callable[[dict[str, NDArray[np.generic]]], object]


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
    monkeypatch.setattr(trainer_module, "REPORT_EVERY", 3)
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
    plain = objective_module.minibatch_bounds

    def poisoned(
        model: DiffusionModel, x0: torch.Tensor, rng: torch.Generator, t_sampling_weight: float = 0.0
    ) -> tuple[torch.Tensor, torch.Tensor]:
        k, objective = plain(model, x0, rng, t_sampling_weight)
        if bad.steps_done == 4 and objective.requires_grad:
            objective.register_hook(lambda gradient: gradient * weight)
        return k, objective

    monkeypatch.setattr(trainer_module, "minibatch_bounds", poisoned)
    with pytest.raises(TrainingError, match="gradient was no longer finite at step 5"):
        list(bad.run())
    assert_stopped_as_after_4(bad, good)


def test_what_stopped_on_a_bad_number_can_be_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "REPORT_EVERY", 3)
    bad, never_stopped = trainer(source=Poisoned(5)), trainer()
    with pytest.raises(TrainingError):
        list(bad.run())
    going_on = resumed(bad)
    list(going_on.run())
    list(never_stopped.run())
    assert_same(going_on, never_stopped)
