"""`dpm bound`: K, term by term; the limit of K; the work of forward paths; Crooks' relation."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.commands.bound_output import facts_of, text_of
from core.commands.common import blamed_on, open_model, result_of
from core.errors import BadInputError
from core.values.measurements import Bound
from core.values.runs import RunSpec
from core.values.work import Crooks, Measured, Work

if TYPE_CHECKING:
    from core.data.files_for_model import GivenExamples
    from core.model import DiffusionModel

DEFAULT_POINTS = 100


def bound(options: argparse.Namespace) -> int:
    """Measure K and the other quantities asked for; print them as text or as one JSON object."""
    from core.measurement.examples import default_count
    from core.measurement.limits import limit_of

    _check_options(options)
    _, model = open_model(options.file)
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
    found = _measured(model, options, data, "measuring K")
    measured = Measured(
        found,
        None if limit_model is None else _measured(limit_model, options, data, "measuring the limit"),
        _measured_entropies(model) if options.entropies else None,
        None if options.work is None else _measured_work(model, options, data),
        _measured_crooks(model, options) if options.crooks else None,
    )
    if options.json:
        read = {} if given is None else {"data": given.interpreted_as}
        print(json.dumps(facts_of(measured) | read))
    else:
        lines = [] if given is None else [given.sentence]
        print(*lines, text_of(measured, options.data), sep="\n")
    return 0


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


def _check_options(options: argparse.Namespace) -> None:
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
