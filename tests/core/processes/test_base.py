"""What a process need not have: it refuses with a sentence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from core.errors import BadInputError
from core.processes.base import Process
from core.processes.gaussian import GaussianProcess

X = torch.zeros(2, 3)


@pytest.mark.parametrize(
    ("method", "arguments", "missing"),
    [
        (Process.multi_step_transition, (X, 0, 2), "multi-step transition"),
        (Process.multi_step_posterior, (X, X, 1, 2), "multi-step posterior"),
        (Process.deterministic_step, (X, X, 1, 2), "deterministic step"),
        (Process.kernel_of_x0_moments, (X, X, X, 2), "kernels from the moments"),
        (Process.log_likelihoods, (X, X, torch.tensor([1, 2])), "likelihoods of data"),
    ],
)
def test_a_process_without_an_optional_method_refuses_with_a_sentence(
    method: Callable[..., Tensor], arguments: tuple[object, ...], missing: str
) -> None:
    process = GaussianProcess(np.full(2, 0.1))
    with pytest.raises(BadInputError, match=f"a gaussian process has no {missing}"):
        method(process, *arguments)
