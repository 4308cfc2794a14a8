"""What `dpm bound` prints: as text, or as one JSON object."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.values.measurements import WITH_NOISE, Bound, examples_in_words
from core.values.work import Crooks, Measured, Work


def facts_of(measured: Measured) -> dict[str, object]:
    """Return what ``dpm bound --json`` prints: entries end in the unit, ``_bits``."""
    found, limit, work, crooks = measured.bound, measured.limit, measured.work, measured.crooks
    given_0 = {"H_T_given_0_bits": found.h_end, "H_1_given_0_bits": found.h_edge, "H_prior_bits": found.h_prior}
    facts: dict[str, object] = {
        "steps": found.steps,
        "kind": found.kind,
        "unit": found.unit,
        "count": found.count,
        "measured_on": found.measured_on,
        "grey_level_noise": found.noise_added,
        "K_bits": found.k,
        "null_bits": found.null,
        "gain_bits": found.gain,
        "standard_error_bits": found.standard_error,
        "kl_bits": found.kl.tolist(),
        **given_0,
        "entropy_lower_bits": [_finite(value) for value in found.entropy_lower.tolist()],
        "entropy_upper_bits": found.entropy_upper.tolist(),
    }
    for name in ("kl_standard_error", "model_entropy", "model_entropy_standard_error"):
        values = getattr(found, name)
        if values is not None:
            facts[f"{name}_bits"] = [_finite(value) for value in values.tolist()]
    if measured.true_entropies is not None:
        facts["true_entropy_bits"] = [_finite(value) for value in measured.true_entropies.tolist()]
    if found.bits_per_dimension is not None:
        facts["bits_per_dimension"] = found.bits_per_dimension
    if found.truth is not None:
        facts |= {"truth_bits": found.truth, "truth_standard_error_bits": found.truth_standard_error}
    if limit is not None:
        facts |= {"limit_bits": limit.k, "limit_standard_error_bits": limit.standard_error}
    if work is not None:
        facts["work"] = _work_facts(work)
    if crooks is not None:
        facts["crooks"] = _crooks_facts(crooks)
    return facts


def _finite(value: float) -> float | None:
    """Return ``value``, or None if it is not finite, which JSON cannot represent."""
    return value if np.isfinite(value) else None


def _work_facts(work: Work) -> dict[str, object]:
    mean, likelihood = work.mean_bound, work.mean_likelihood
    return {
        "points": len(work.work),
        "measured_on": work.measured_on,
        "paths": work.work.shape[1],
        "mean_log_weight_bits": mean.value,
        "mean_log_weight_standard_error_bits": mean.standard_error,
        "log_likelihood_bits": likelihood.value,
        "log_likelihood_standard_error_bits": likelihood.standard_error,
        "effective_size_median": float(np.median(work.effective_size)),
        "group_sizes": work.group_sizes.tolist(),
        "group_bounds_bits": [estimate.value for estimate in work.mean_tightening],
    }


def _crooks_facts(crooks: Crooks) -> dict[str, object]:
    estimates = {"forward_mean": crooks.forward_mean, "reverse_mean": crooks.reverse_mean, "crossing": crooks.crossing}
    return {
        "paths": len(crooks.forward),
        "measured_on": crooks.measured_on,
        **{f"{name}_bits": estimate.value for name, estimate in estimates.items()},
        **{f"{name}_standard_error_bits": _finite(estimate.standard_error) for name, estimate in estimates.items()},
        "edges_bits": crooks.edges.tolist(),
        "forward_counts": crooks.forward_counts.tolist(),
        "reverse_counts": crooks.reverse_counts.tolist(),
        "predicted_counts": (len(crooks.forward) * crooks.predicted).tolist(),
        "predicted_counts_standard_error": (len(crooks.forward) * crooks.predicted_error).tolist(),
    }


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
