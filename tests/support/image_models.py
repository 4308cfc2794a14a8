"""Small networks of pictures, and states and data for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.networks.empirical import EmpiricalNetwork
from core.networks.multiscale import MultiscaleConvolution
from core.networks.unet import UNet
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import log_linear
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from core.values.inpainting import InpaintingFrame

SHAPE = (6, 5)

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


def images_checkpoint(shape: tuple[int, ...] = SHAPE, steps: int = 120) -> Checkpoint:
    """Twelve pictures of random grey levels, and their exact reverse."""
    levels = np.random.default_rng(3).integers(0, 256, size=(12, *shape)).astype(np.float32)
    mean, spread = 127.5, 70.0
    network = EmpiricalNetwork.of((levels - mean) / spread)
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    return Checkpoint(
        title="Twelve",
        created="2025-01-02T03:04:05+00:00",
        licence="MIT",
        kind="gaussian",
        betas=log_linear(steps, first=1e-3, alpha_bar_end=1e-3),
        network=NetworkInfo(network.kind, network.config, weights),
        data=DataInfo("twelve", shape, (0.0, 255.0), np.array(mean), np.array(spread), levels, 1.0),
    )


def result(frames: Iterable[InpaintingFrame]) -> InpaintingFrame:
    *_, last = frames
    return last
