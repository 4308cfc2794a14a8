"""Measurements of the open model for the window, with the numbers of `dpm bound` for the same seed and counts.

Importing torch takes seconds, so every function imports what it needs when it is called, in the thread of a job.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values.measurements import Bound, Progress
from core.values.runs import RunSpec
from core.values.work import Crooks, Work
from dpm_gui.engine.opening import Opened

WORK_POINTS = 100
"""Points from which the work of paths is measured, as of ``dpm bound --work``."""


def bound_spec(opened: Opened, spec: RunSpec) -> RunSpec:
    """Return what K is measured with: the seed of ``spec``, and as many examples as ``dpm bound`` takes by default.

    Of data that are a formula it is the count of ``spec``.
    """
    from core.measurement.examples import default_count

    data = opened.checkpoint.data
    count = default_count(data) if data.is_image or data.held_out is not None else spec.count
    return replace(spec, count=count, denoise_from=None, branches=())


def measure_bound(
    opened: Opened, spec: RunSpec, given: NDArray[np.floating] | None = None
) -> Iterator[Progress[Bound]]:
    """Measure K (section 2.4): on all ``given`` examples, [N, *shape] in user's units, as ``dpm bound --data`` does.

    Without them, on held-out examples in the file, on images, or on as many draws as ``spec`` runs.
    """
    from core.measurement.bound import measure_bound as measure

    yield from measure(opened.model, bound_spec(opened, spec), given)


def measure_limit(
    opened: Opened, spec: RunSpec, given: NDArray[np.floating] | None = None
) -> Iterator[Progress[Bound]]:
    """Measure the limit of K, as `measure_bound` does K; nothing comes where the distribution is not known."""
    from core.measurement.bound import measure_bound as measure
    from core.measurement.limits import limit_of

    try:
        limit = limit_of(opened.model)
    except BadInputError:
        return
    yield from measure(limit, bound_spec(opened, spec), given)


def true_entropies(opened: Opened) -> Iterator[Progress[NDArray[np.float64]]]:
    """Compute H_q(X^t-1 | X^t) of every step; nothing comes where the distribution is not known."""
    from core.measurement.true_entropies import measure_true_entropies

    try:
        yield from measure_true_entropies(opened.model)
    except BadInputError:
        return


def measure_work(
    opened: Opened, spec: RunSpec, paths: int, given: NDArray[np.floating] | None = None
) -> Iterator[Progress[Work]]:
    """Measure the work of ``paths`` forward paths from each of `WORK_POINTS` examples; the result grows."""
    from core.measurement.work import measure_work as measure

    points = None if given is None else given[:WORK_POINTS]
    yield from measure(opened.model, replace(bound_spec(opened, spec), count=WORK_POINTS), paths, points)


def measure_crooks(opened: Opened, spec: RunSpec) -> Iterator[Progress[Crooks]]:
    """Measure forward and reverse paths for Crooks' relation; nothing comes where the density of x^1 is not known."""
    from core.measurement.crooks import known_source
    from core.measurement.crooks import measure_crooks as measure

    try:
        known_source(opened.model)
    except BadInputError:
        return
    yield from measure(opened.model, bound_spec(opened, spec))
