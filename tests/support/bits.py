"""What tests of bits stand on: schedules of every kind, and chains of two states by brute force."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from core.processes.binomial import BinomialProcess
from core.processes.schedules import constant, constant_erasure, linear, log_linear

SCHEDULES: dict[str, NDArray[np.float64]] = {
    "constant erasure, nothing left": constant_erasure(12),
    "a small first rate": constant_erasure(9, first=2e-5),
    "constant": constant(7, alpha_bar_end=0.02),
    "linear": linear(25, 1e-3, 0.3),
    "log-linear": log_linear(10, first=1e-4, alpha_bar_end=1e-3),
    "all erased on the way": np.array([0.1, 1.0, 0.2]),
}


def bit(value: float) -> torch.Tensor:
    return torch.tensor([[value]], dtype=torch.float64)


def chances(process: BinomialProcess, s: int, t: int) -> NDArray[np.float64]:
    """Return P(x^t | x^s) as the product of the steps between, rows x^s = 0, 1."""
    product = np.eye(2)
    for beta in process.betas[s:t].tolist():
        product = product @ np.array([[1 - beta / 2, beta / 2], [beta / 2, 1 - beta / 2]])
    return product
