"""One kernel for many steps of the reverse: an approximation, for previews and for ways that are walked again."""

from __future__ import annotations

from torch import Tensor

from core.laws import Law, normal
from core.model import DiffusionModel
from core.processes import GaussianProcess


def strided_law(model: DiffusionModel, x: Tensor, t: int, s: int, law: Law | None = None) -> Law:
    """Return the approximate kernel p(x^s | x^t = ``x``), states ``[N, *shape]``, 1 <= s < t <= T or s = t - 1 = 0.

    It is q(x^s | x^t, x^0), with x^0 not taken for known: it has the mean and the variance of each entry that lie
    behind p(x^t-1 | x^t) (compare Bao et al. 2022, "Estimating the optimal covariance with imperfect mean in diffusion
    probabilistic models"). So at s = t - 1 it is that kernel. Bits are mixed over both values of x^0. ``law`` is
    p(x^t-1 | x^t) where it is known already.
    """
    law = model.reverse_law(x, t) if law is None else law
    if s == t - 1:
        return law
    process = model.process
    bridge: Law = process.bridge_law(process.guess(law, x, t), x, s, t)
    if isinstance(process, GaussianProcess):
        inherited = process.bridge_share(s, t) ** 2 * process.guess_variance(law, t)
        return normal(bridge.mean, (bridge.stddev.square() + inherited).sqrt())
    return bridge
