"""Small networks of pictures, and states and data for them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.networks.multiscale import MultiscaleConvolution
from core.networks.unet import UNet
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import log_linear
from core.values.checkpoints import DataInfo

ImageNetwork = UNet | MultiscaleConvolution
STEPS = 20
MAKERS: dict[str, Callable[[int], ImageNetwork]] = {
    "unet": lambda channels: UNet(channels, width=4, scales=3, blocks=1, frequencies=2),
    "unet, added": lambda channels: UNet(channels, width=4, frequencies=2, added=1, variance_divisor=8),
    "multiscale_convolution": lambda channels: MultiscaleConvolution(
        channels, width=4, scales=3, layers=2, dense=6, dense_layers=2, bumps=3, magnifications=2
    ),
}


def process() -> GaussianProcess:
    return GaussianProcess(log_linear(STEPS, first=1e-4, alpha_bar_end=1e-3))


def network_of(kind: str, channels: int = 1, *, random: bool = True) -> ImageNetwork:
    """Return a small network; a ``random`` one answers something, where a fresh one answers zeros."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        network = MAKERS[kind](channels)
        if random:
            for parameter in network.parameters():
                nn.init.normal_(parameter, std=0.3)
    return network.eval().requires_grad_(False)


def info_of(shape: tuple[int, ...], examples: NDArray[np.float32]) -> DataInfo:
    return DataInfo("mine", shape, (0.0, 255.0), np.array(0.0), np.array(1.0), examples)


def states(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))
