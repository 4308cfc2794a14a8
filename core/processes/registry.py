"""The kinds of forward processes by name (section 2.1, table App. 1)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.processes.base import Process
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess

KINDS: Mapping[str, type[Process]] = {kind.kind: kind for kind in (GaussianProcess, BinomialProcess)}


def process_of(kind: str, betas: NDArray[np.float64] | Tensor) -> Process:
    """Return the process of one `KINDS` with rates ``betas`` [T].

    Raises:
        BadInputError: If there is no such kind, or a rate is outside (0, 1].
    """
    if kind not in KINDS:
        raise BadInputError(f"process kind {kind!r} is unknown; there are {' and '.join(KINDS)}")
    return KINDS[kind](betas)
