"""The ledger of K: its terms in the order in which they add up (section 2.4, appendix B)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values.measurements import Bound

DEFAULT_BANDS = 8


@dataclass(frozen=True, slots=True)
class LedgerTerm:
    """One term of K as it is added, in the unit of K.

    Attributes:
        name: What it is, as in "H(Xᵀ | X⁰)"; a band of KL terms names its steps.
        value: The term with its sign in K.
        standard_error: One standard error, or None if the term is exact or its error is not known.
        total: The sum of this term and those before it.
        first, last: The steps of a band of KL terms, 2 … T; None for other terms.
    """

    name: str
    value: float
    standard_error: float | None
    total: float
    first: int | None = None
    last: int | None = None


def ledger_of(bound: Bound, bands: int = DEFAULT_BANDS) -> list[LedgerTerm]:
    """Return the terms of ``bound``, the KL terms in ``bands`` bands of t; their sum is K to rounding.

    The standard error of a band is not that of a sum of independent terms, since the examples are the same at each
    step; it is given only for bands of one step.

    Raises:
        BadInputError: If ``bands`` is less than one.
    """
    parts = [
        ("H(Xᵀ | X⁰)", bound.h_end, None, None),
        ("− H(X¹ | X⁰)", -bound.h_edge, None, None),
        ("− H(Xᵀ)", -bound.h_prior, None, None),
        *((_name_of(band), -value, error, band) for band, value, error in kl_in_bands(bound, bands)),
    ]
    totals = np.cumsum([value for _, value, _, _ in parts])
    return [
        LedgerTerm(name, value, error, float(total), *((band.start, band.stop - 1) if band else (None, None)))
        for (name, value, error, band), total in zip(parts, totals, strict=True)
    ]


def kl_in_bands(bound: Bound, bands: int) -> list[tuple[range, float, float | None]]:
    """Return ``bands`` bands of steps with the sum of their KL terms, and the standard error of a single step.

    Steps t = 2 … T are shared out evenly, the first bands having one more where they do not divide.

    Raises:
        BadInputError: If ``bands`` is less than one.
    """
    if bands < 1:
        raise BadInputError(f"bands: {bands} are too few; give one or more")
    steps = np.array_split(np.arange(2, bound.steps + 1), min(bands, max(1, bound.steps - 1)))
    errors = bound.kl_standard_error
    found = []
    for part in steps:
        if not len(part):
            continue
        band = range(int(part[0]), int(part[-1]) + 1)
        error = float(errors[band.start - 2]) if errors is not None and len(band) == 1 else None
        found.append((band, math.fsum(bound.kl[band.start - 2 : band.stop - 2]), error))
    return found


def entropy_gaps(bound: Bound) -> NDArray[np.float64]:
    """Return the running sum of the gaps between the entropy bounds over t = 2 … T, ``[T - 1]``, in the unit of K.

    The last entry is H_q(X^T | X^0) - H_q(X^1 | X^0), whatever T and the rates are: the sum telescopes (section 2.6).
    """
    found: NDArray[np.float64] = np.cumsum((bound.entropy_upper - bound.entropy_lower)[1:])
    return found


def _name_of(band: range) -> str:
    steps = f"t = {band.start}" if len(band) == 1 else f"t = {band.start} … {band.stop - 1}"
    return f"− KL, {steps}"
