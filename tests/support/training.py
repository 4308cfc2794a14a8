"""Small trainings for the tests of training: run, stopped, interrupted, resumed and compared."""

from __future__ import annotations

import signal
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.data.formulas import Heartbeat, SwissRoll
from core.data.sources import Source
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.processes.schedules import constant_erasure, log_linear
from core.recipes.paper import heartbeat, swiss_roll
from core.training import trainer as trainer_module
from core.training.learned_schedule import FixedSchedule, LearnedSchedule
from core.training.trainer import Trainer, TrainingSpec

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
        network = MultilayerPerceptron(2, width=12, layers=2, frequencies=2, fourier_features=2)
    return Trainer(network, LearnedSchedule(BETAS), source or SwissRoll(), INFO, spec)


def bit_trainer(spec: TrainingSpec = SPEC, start: int = 0) -> Trainer:
    """Return a small training of the heartbeat whose weights begin at those of seed ``start``."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(start)
        network = BitPerceptron(20, width=12, layers=2, frequencies=2)
    return Trainer(network, FixedSchedule(constant_erasure(9)), Heartbeat(), heartbeat().info, spec)


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
    monkeypatch.setattr(trainer_module, "REPORT_EVERY", 1)
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
