"""The curves of Measure's plots over the steps, from what has been measured; plain values, without Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.values.ledger import entropy_gaps
from core.values.measurements import Bound, StepEntropies, StepTerms
from dpm_gui.engine.time_scale import log_signal_to_noise
from dpm_gui.views.items.curves import Curve

UPPER, LOWER = 0, 1
"""Places of the two bounds among the curves of entropies; a band is drawn between them."""


class Scale(NamedTuple):
    """How numbers in bits per dimension become those of the unit of K.

    Attributes:
        factor: Dimensions of a sample, or of a pixel.
        unit: "sample" or "pixel".
    """

    factor: float
    unit: str


def entropy_curves(
    entropies: StepEntropies,
    scale: Scale,
    bound: Bound | None,
    steps: Mapping[int, StepTerms],
    true: NDArray[np.float64] | None,
) -> list[Curve]:
    """Return the bounds on the entropy of each step, the model's own entropy and the true one, as far as known."""
    found = [
        Curve("upper", 1, scale.factor * entropies.upper, "forward"),
        Curve("lower", 1, scale.factor * entropies.lower, "forward", dashed=True),
    ]
    if steps:
        first, terms = min(steps), [steps[t] for t in sorted(steps)]
        values = np.array([term.model_entropy.value for term in terms])
        errors = np.array([term.model_entropy.standard_error for term in terms])
        found.append(Curve("model", first, values, "reverse", errors=errors))
    elif bound is not None and bound.model_entropy is not None:
        known = bound.model_entropy_standard_error
        found.append(Curve("model", 1, bound.model_entropy, "reverse", errors=known))
    if true is not None:
        found.append(Curve("true", 1, true, "known"))
    return found


def below_upper(curves: Sequence[Curve], upper: NDArray[np.float64]) -> list[Curve]:
    """Return ``curves`` as differences from ``upper``, a value for each step t = 1 … T, so that they lie apart."""
    return [replace(curve, values=curve.values - upper[curve.steps - 1]) for curve in curves]


def kl_curves(bound: Bound | None, limit: Bound | None, steps: Mapping[int, StepTerms]) -> list[Curve]:
    """Return the KL term of each step of the model, and of the limit of its family."""
    found = []
    if limit is not None:
        found.append(Curve("limit", 2, limit.kl, "known", errors=limit.kl_standard_error))
    if steps:
        terms = [steps[t] for t in sorted(steps)]
        values = np.array([term.kl.value for term in terms])
        errors = np.array([term.kl.standard_error for term in terms])
        found.append(Curve("model", min(steps), values, "reverse", errors=errors))
    elif bound is not None and len(bound.kl):
        found.append(Curve("model", 2, bound.kl, "reverse", errors=bound.kl_standard_error))
    return found


def schedule_curves(betas: NDArray[np.float64], alpha_bars: NDArray[np.float64]) -> list[Curve]:
    """Return the rates, and the signal and the noise that is left at each step."""
    return [
        Curve("rate β", 1, betas, "ink"),
        Curve("signal √ᾱ", 0, np.sqrt(alpha_bars), "forward"),
        Curve("noise √(1 − ᾱ)", 0, np.sqrt(1.0 - alpha_bars), "reverse"),
    ]


def ratio_curves(alpha_bars: NDArray[np.float64]) -> list[Curve]:
    """Return the log signal-to-noise ratio of each step."""
    return [Curve("ln(ᾱ / (1 − ᾱ))", 1, log_signal_to_noise(alpha_bars)[1:], "ink")]


def gap_curves(bound: Bound) -> list[Curve]:
    """Return the running sum of the gaps between the entropy bounds, and the value at which it ends."""
    sums = entropy_gaps(bound)
    if not len(sums):
        return []
    whole = np.full(len(sums), bound.h_end - bound.h_edge)
    return [
        Curve("sum of the gaps", 2, sums, "forward"),
        Curve("H(Xᵀ|X⁰) − H(X¹|X⁰)", 2, whole, "known", dashed=True),
    ]
