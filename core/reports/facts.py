"""What was measured, as entries of JSON whose names end in their unit."""

from __future__ import annotations

import numpy as np

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
