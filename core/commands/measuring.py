"""What `dpm bound` and `dpm report` share: their options, and the measurements that these ask for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.commands.common import blamed_on, result_of
from core.errors import BadInputError
from core.values.measurements import Bound
from core.values.runs import RunSpec
from core.values.work import Crooks, Measured, Work

if TYPE_CHECKING:
    from core.data.files_for_model import GivenExamples
    from core.model import DiffusionModel

DEFAULT_POINTS = 100


def measure(model: DiffusionModel, options: argparse.Namespace) -> tuple[Measured, GivenExamples | None]:
    """Return what ``options`` ask to measure of ``model``, and the examples of --data if they are given.

    Raises:
        BadInputError: If options do not fit each other, the model or its data.
    """
    from core.measurement.examples import default_count
    from core.measurement.limits import limit_of

    if options.count is None:
        options.count = default_count(model.data)
    elif options.count == 1:
        raise BadInputError("--count: one example has no standard error; give two or more")
    given = None if options.data is None else _given(options, model)
    data = None if given is None else given.values
    with blamed_on("--limit"):
        limit_model = limit_of(model) if options.limit else None
    if options.crooks:
        _check_density(model, "--crooks: it needs the density of x^1")
    if options.entropies:
        _check_density(model, "--entropies: they need the density of x^t")
    measured = Measured(
        _measured(model, options, data, "measuring K"),
        None if limit_model is None else _measured(limit_model, options, data, "measuring the limit"),
        _measured_entropies(model) if options.entropies else None,
        None if options.work is None else _measured_work(model, options, data),
        _measured_crooks(model, options) if options.crooks else None,
    )
    return measured, given


def _given(options: argparse.Namespace, model: DiffusionModel) -> GivenExamples:
    """Return the examples of --data, in the model's units."""
    from core.data.files_for_model import read_examples

    return read_examples(options.data, model.data, model.process.kind)


def _check_density(model: DiffusionModel, needed: str) -> None:
    """Raise `BadInputError`, which begins with what ``needed`` the density, if that of the data is not known."""
    from core.measurement.crooks import known_source

    try:
        known_source(model)
    except BadInputError as error:
        name = model.source.name
        raise BadInputError(f"{needed}, which is not known for the data {name!r}") from error


def check_options(options: argparse.Namespace) -> None:
    """Raise `BadInputError` unless the options of the work of paths fit each other."""
    from core.measurement.work import check_paths

    if options.work is None:
        if options.points is not None:
            raise BadInputError("--points: it is the number of points for --work; give --work too")
        return
    options.points = DEFAULT_POINTS if options.points is None else options.points
    if options.points < 2:
        raise BadInputError(f"--points: {options.points} are too few for a standard error; give two or more")
    with blamed_on("--work"):
        check_paths(options.work, options.points)


def _measured(
    model: DiffusionModel, options: argparse.Namespace, data: NDArray[np.floating] | None, label: str
) -> Bound:
    from core.measurement.bound import measure_bound

    spec = RunSpec(count=options.count, seed=options.seed)
    found = result_of(measure_bound(model, spec, data), label)
    if not np.isfinite(found.k):
        raise BadInputError(f"{options.file}: K is not finite, since the network's means or variances overflow")
    return found


def _measured_entropies(model: DiffusionModel) -> NDArray[np.float64]:
    from core.measurement.true_entropies import measure_true_entropies

    with blamed_on("--entropies"):
        return result_of(measure_true_entropies(model), "computing the true entropies")


def _measured_work(model: DiffusionModel, options: argparse.Namespace, data: NDArray[np.floating] | None) -> Work:
    from core.measurement.work import measure_work

    spec = RunSpec(count=options.points, seed=options.seed)
    points = None if data is None else data[: options.points]
    with blamed_on(options.file):
        return result_of(measure_work(model, spec, options.work, points), "measuring the work")


def _measured_crooks(model: DiffusionModel, options: argparse.Namespace) -> Crooks:
    from core.measurement.crooks import measure_crooks

    reports = measure_crooks(model, RunSpec(count=options.count, seed=options.seed))
    with blamed_on(options.file):
        return result_of(reports, "measuring forward and reverse paths")
