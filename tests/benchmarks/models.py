"""The two models that the engine's timings are taken of, and the bare calls of their networks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
import torch

from core.checkpoint import read
from core.datasets import Heartbeat
from core.model import DiffusionModel, model_from
from core.networks import BitPerceptron
from core.processes import BinomialProcess
from core.schedules import constant_erasure
from core.values import DataInfo

COUNT = 10_000
ROLL = "assets/checkpoints/swiss_roll.h5"


def swiss_roll() -> DiffusionModel:
    """Return the shipped model of the roll: T = 40, two numbers, three layers of 128."""
    return model_from(read(ROLL), ROLL)


def heartbeat() -> DiffusionModel:
    """Return a model of the heartbeat: T = 200, twenty bits, three layers of 128, untrained."""
    source = Heartbeat()
    network = BitPerceptron(20, width=128, layers=3).eval().requires_grad_(False)
    torch.nn.init.normal_(network.read_out.weight, std=0.1, generator=torch.Generator().manual_seed(0))
    info = DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    return DiffusionModel(BinomialProcess(constant_erasure(200, first=2e-5)), network, info)


MODELS: Mapping[str, Callable[[], DiffusionModel]] = {"roll": swiss_roll, "heartbeat": heartbeat}


def bare_calls(model: DiffusionModel) -> Callable[[], None]:
    """Return what a run cannot do without: the network's answer to ten thousand states, once for each of 2 … T."""
    x = torch.randn(COUNT, model.network.first.in_features if model.process.kind == "binomial" else 2)

    def call() -> None:
        with torch.inference_mode():
            for t in range(model.steps, 1, -1):
                model.network(x, torch.full((1, 1), t / model.steps))

    return call


def ratio(work: Callable[[], None], bare: Callable[[], None], rounds: int) -> tuple[float, float]:
    """Return how long ``work`` takes beside ``bare``, in turn, and in seconds: medians."""
    for warm in (bare, work):
        warm()
    pairs = [(_seconds(work), _seconds(bare)) for _ in range(rounds)]
    return float(np.median([one / other for one, other in pairs])), float(np.median([one for one, _ in pairs]))


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
