"""What r a step in the plane is tried under, at which timings, and what ln r is by each one's definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from core.values.potentials import HalfPlane, Mask, NoisyObservation, PaintedField, Potential, Product, SmoothPotential

ONE = np.array([False, True])
KNOWN = np.array([0.4, 0.0], dtype=np.float32)
ALL = ("constant", "fading", "twisted")
FIELD = PaintedField(np.array([[-2.0, 0.5, 1.0], [0.0, -1.0, -0.5]], dtype=np.float32), (-1.0, 1.5, -1.0, 1.0))
WAVE = SmoothPotential(lambda x: -2.0 * torch.sin(x[:, 0]) - 0.3 * x[:, 1].square())
NOISY = NoisyObservation(np.array([0.7, -0.2]), 0.6)
PARTLY = NoisyObservation(np.array([0.0, -0.2]), 0.4, ONE)
RIGHT, UP = HalfPlane(np.array([1.0, 0.5]), 0.6), HalfPlane(np.array([-0.3, 1.0]), 0.2)
SMOOTH_FACTORS: list[tuple[Potential, tuple[str, ...]]] = [
    (NOISY, ALL),
    (PARTLY, ALL),
    (FIELD, ALL),
    (WAVE, ALL),
    (Product((WAVE, NOISY)), ALL),
    (RIGHT, ("twisted",)),
    (Product((RIGHT, UP)), ("twisted",)),
    (Product((RIGHT, RIGHT)), ("twisted",)),
    (Product((RIGHT, WAVE, PARTLY)), ("twisted",)),
    (Mask(ONE, KNOWN, "clean"), ("twisted",)),
    (Product((Mask(ONE, KNOWN, "clean"), RIGHT)), ("twisted",)),
]
CASES = [
    pytest.param(r, timing, id=f"{place} {timing}") for place, (r, many) in enumerate(SMOOTH_FACTORS) for timing in many
]


def log_of(r: Potential, x: Tensor) -> Tensor:
    """Return ln r of states, by each one's definition."""
    if isinstance(r, NoisyObservation):
        asked = torch.ones(2, dtype=torch.bool) if r.observed is None else torch.tensor(r.observed)
        return torch.distributions.Normal(x, r.std).log_prob(torch.tensor(r.y).double())[:, asked].sum(1)
    if isinstance(r, HalfPlane):
        return torch.where(x @ torch.tensor(r.normal) >= r.offset, 0.0, -math.inf)
    if isinstance(r, PaintedField):
        return torch.tensor(bilinear(r, x.numpy()))
    assert isinstance(r, SmoothPotential)
    return r.log_r(x)


def bilinear(field: PaintedField, x: np.ndarray) -> np.ndarray:
    """Interpolate along the rows and then between them; numpy continues both as at the border."""
    left, right, bottom, top = field.extent
    columns, rows = np.linspace(left, right, field.log_r.shape[1]), np.linspace(bottom, top, field.log_r.shape[0])
    along = np.stack([np.interp(x[:, 0], columns, row) for row in field.log_r], axis=1)
    return np.array([np.interp(y, rows, values) for y, values in zip(x[:, 1], along, strict=True)])
