"""What `dpm bound` prints as text."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.values.measurements import WITH_NOISE, Bound, examples_in_words
from core.values.work import Crooks, Measured, Work


def text_of(measured: Measured, data_path: str | None = None) -> str:
    """Return what ``dpm bound`` prints: one line a quantity.

    Args:
        measured: What was measured.
        data_path: The file of given examples, if there is one.
    """
    found, limit, work, crooks = measured.bound, measured.limit, measured.work, measured.crooks
    unit, examples = f"bits per {found.unit}", examples_in_words(found.count, found.measured_on, data_path)
    noise = f", {WITH_NOISE}" if found.noise_added else ""
    lines = [
        f"K              {found.k:10.4f} ± {found.standard_error:.4f} {unit} ({examples}{noise})",
        f"null model     {found.null:10.4f} {unit}",
        f"gain K - null  {found.gain:10.4f} {unit}",
    ]
    if limit is not None:
        value = f"{limit.k:10.4f} ± {limit.standard_error:.4f} {unit}"
        lines.append(f"limit of K     {value}: the family's best kernels, on the same examples")
    if found.truth is not None and found.truth_standard_error is not None:
        lines.append(f"truth          {found.truth:10.4f} ± {found.truth_standard_error:.4f} {unit}: E log2 q(x^1)")
    if found.bits_per_dimension is not None:
        lines.append(f"code length    {found.bits_per_dimension:10.4f} bits per dimension, of 8 bits each")
    terms = f"{found.h_end:.4f}" + "".join(
        _subtracted(value) for value in (found.h_edge, found.h_prior, found.kl.sum())
    )
    lines.append(f"               = H(X^T|X^0) - H(X^1|X^0) - H(X^T) - sum of KL = {terms}")
    if measured.true_entropies is not None and found.model_entropy is not None:
        lines.append(_entropy_line(found, found.model_entropy, measured.true_entropies))
    if work is not None:
        lines += _work_lines(work, unit, data_path)
    if crooks is not None:
        lines += _crooks_lines(crooks)
    return "\n".join(lines)


def _entropy_line(bound: Bound, model: NDArray[np.float64], true: NDArray[np.float64]) -> str:
    """Return the sums over t = 2 … T of the bounds on the entropies, the true ones and the model's own."""
    lower, upper, model_sum, true_sum = (
        float(values[1:].sum()) for values in (bound.entropy_lower, bound.entropy_upper, model, true)
    )
    ends = f"within {lower:.4f} … {upper:.4f}"
    return f"entropies      {true_sum:10.4f} bits, t = 2 … T: sum of H(X^t-1|X^t), {ends}; the model's {model_sum:.4f}"


def _subtracted(value: float) -> str:
    """Return how ``value`` is written where it is subtracted: with one sign."""
    return f" {'-' if value >= 0 else '+'} {abs(value):.4f}"


def _work_lines(work: Work, unit: str, data_path: str | None) -> list[str]:
    points, paths = work.work.shape
    mean, likelihood = work.mean_bound, work.mean_likelihood
    examples = examples_in_words(points, work.measured_on, data_path)
    return [
        f"mean log2 w    {mean.value:10.4f} ± {mean.standard_error:.4f} {unit} ({examples}, {paths} paths each)",
        f"log2 mean w    {likelihood.value:10.4f} ± {likelihood.standard_error:.4f} {unit}: Jarzynski's E log2 p(x^0)",
        f"paths counting {np.median(work.effective_size):9.1f} of {paths}, the median over the points",
    ]


def _crooks_lines(crooks: Crooks) -> list[str]:
    forward, reverse, crossing = crooks.forward_mean, crooks.reverse_mean, crooks.crossing
    unit, paths = "bits per sample", len(crooks.forward)
    return [
        f"forward Omega  {forward.value:10.4f} ± {forward.standard_error:.4f} {unit} ({paths} paths each way)",
        f"reverse Omega  {reverse.value:10.4f} ± {reverse.standard_error:.4f} {unit}",
        f"crossing       {crossing.value:10.4f} ± {crossing.standard_error:.4f} {unit}: 0 by Crooks' relation",
    ]
