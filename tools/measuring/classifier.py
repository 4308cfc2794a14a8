"""A classifier of digits that is independent of the diffusion models: it is trained on real digits alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad

from core.data.shipped_images import Digits
from core.runtime.devices import torch_generator

EPOCHS = 8
BATCH = 100
PEAK_RATE = 3e-3
SHIFT = 2
"""Largest shift of a digit in training, pixels."""
CONFIDENT = 0.9


class DigitClassifier:
    """Gives the probability of each digit for an image."""

    def __init__(self, seed: int = 0) -> None:
        """Train on the training digits of the models; takes a minute."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._network = nn.Sequential(
                nn.Conv2d(1, 24, 5, padding=2),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(24, 48, 5, padding=2),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Flatten(),
                nn.Linear(48 * 49, 128),
                nn.ReLU(),
                nn.Dropout(0.4),
                nn.Linear(128, 10),
            )
            self._train(torch_generator(seed, "classifier"))
        self._network.eval().requires_grad_(False)

    def probabilities(self, images: NDArray[np.generic]) -> NDArray[np.float64]:
        """Return the probability of each digit, ``[N, 10]``, for ``images`` [N, 28, 28], grey levels."""
        answers = [self._network(part) for part in torch.split(_inputs(images), 500)]
        found: NDArray[np.float64] = torch.cat(answers).double().softmax(dim=1).numpy()
        return found

    def _train(self, rng: torch.Generator) -> None:
        digits = Digits()
        x, labels = _inputs(digits.stored), torch.from_numpy(digits.labels.astype(np.int64))
        optimizer = torch.optim.Adam(self._network.parameters(), lr=PEAK_RATE)
        steps = EPOCHS * len(x) // BATCH
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=steps)
        for places in _batches(len(x), rng):
            loss = cross_entropy(self._network(_moved(x[places], rng)), labels[places])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()


def confident(probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which rows of ``probabilities`` [N, 10] have a largest entry of `CONFIDENT` or more, ``[N]``."""
    return np.asarray(probabilities.max(axis=1) >= CONFIDENT)


def _inputs(images: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.asarray(images, dtype=np.float32)).clamp(0, 255).unsqueeze(1) / 255


def _batches(count: int, rng: torch.Generator) -> Iterator[Tensor]:
    for _ in range(EPOCHS):
        yield from torch.split(torch.randperm(count, generator=rng), BATCH)


def _moved(x: Tensor, rng: torch.Generator) -> Tensor:
    down, right = torch.randint(2 * SHIFT + 1, (2,), generator=rng).tolist()
    height, width = x.shape[-2:]
    return pad(x, (SHIFT, SHIFT, SHIFT, SHIFT))[..., down : down + height, right : right + width]
