"""What the tests of filling in share: twelve small pictures, whose exact reverse is known."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.networks.empirical import EmpiricalNetwork
from core.processes.schedules import log_linear
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from core.values.inpainting import InpaintingFrame

SHAPE = (6, 5)


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
