"""The models that the engine's timings are taken of, and the bare calls of their networks."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
import torch

from core.data.formulas import Heartbeat
from core.formats.checkpoints import read
from core.model import DiffusionModel, model_from
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.networks.unet import UNet
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure, log_linear
from core.values.checkpoints import DataInfo

COUNT = 10_000
DIGITS = "assets/checkpoints/digits.h5"
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


def digits() -> DiffusionModel:
    """Return the shipped network of digits in a process of T = 50: a thousand steps would take minutes a round."""
    shipped = model_from(read(DIGITS), DIGITS)
    rates = log_linear(50, first=1e-6, alpha_bar_end=1e-3)
    return DiffusionModel(GaussianProcess(rates), shipped.network, shipped.data)


MODELS: Mapping[str, Callable[[], DiffusionModel]] = {"roll": swiss_roll, "heartbeat": heartbeat, "digits": digits}
COUNTS = {"roll": COUNT, "heartbeat": COUNT, "digits": 64}


def bare_calls(model: DiffusionModel, count: int) -> Callable[[], None]:
    """Return what a run cannot do without: the network's answer to ``count`` states, once for each of 2 … T."""
    network = model.network
    if isinstance(network, UNet):
        images = torch.randn(count, 1, *model.data.shape)
        return _calls(model, lambda share: network(images, share, 0.5))
    assert isinstance(network, MultilayerPerceptron | BitPerceptron)
    x = torch.randn(count, network.first.in_features if isinstance(network, BitPerceptron) else 2)
    return _calls(model, lambda share: network(x, share))


def _calls(model: DiffusionModel, answer: Callable[[torch.Tensor], object]) -> Callable[[], None]:
    def call() -> None:
        with torch.inference_mode():
            for t in range(model.steps, 1, -1):
                answer(torch.full((1, 1), t / model.steps))

    return call


def ratio(work: Callable[[], object], bare: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return how long ``work`` takes beside ``bare``, in turn, and in seconds: medians."""
    for warm in (bare, work):
        warm()
    pairs = [(_seconds(work), _seconds(bare)) for _ in range(rounds)]
    return float(np.median([one / other for one, other in pairs])), float(np.median([one for one, _ in pairs]))


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
