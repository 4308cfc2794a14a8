"""The forward processes q behind one small interface (section 2.1, table App. 1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import UnionType

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.distributions import Bernoulli, MultivariateNormal, Normal

from core.errors import BadInputError
from core.processes.base import Process
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess

__all__ = ["KERNEL_TYPES", "KINDS", "BinomialProcess", "GaussianProcess", "Process", "process_of"]
KINDS: Mapping[str, Callable[[NDArray[np.float64] | Tensor], Process]] = {
    GaussianProcess.kind: GaussianProcess,
    BinomialProcess.kind: BinomialProcess,
}

KERNEL_TYPES: Mapping[str, type | UnionType] = {
    GaussianProcess.kind: Normal | MultivariateNormal,
    BinomialProcess.kind: Bernoulli,
}
"""What the kernels of each kind of process are, its reverse ones too."""


def process_of(kind: str, betas: NDArray[np.float64] | Tensor) -> Process:
    """Return the process of one `KINDS` with rates ``betas`` [T].

    Raises:
        BadInputError: If there is no such kind, or a rate is outside (0, 1].
    """
    if kind not in KINDS:
        raise BadInputError(f"process kind {kind!r} is unknown; there are {' and '.join(KINDS)}")
    process: Process = KINDS[kind](betas)
    return process
