"""`dpm bound`: K, term by term; the limit of K; the work of forward paths; Crooks' relation."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.commands.common import blamed_on, open_model, result_of
from core.errors import BadInputError
from core.values.measurements import WITH_NOISE, Bound, Crooks, Work, examples_in_words
from core.values.runs import RunSpec

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
        _check_density(model)
    found = _measured(model, options, data, "measuring K")
    limit = None if limit_model is None else _measured(limit_model, options, data, "measuring the limit")
    work = None if options.work is None else _measured_work(model, options, data)
    crooks = _measured_crooks(model, options) if options.crooks else None
    if options.json:
        read = {} if given is None else {"data": given.interpreted_as}
        print(json.dumps(_facts(found, limit, work, crooks) | read))
    else:
        lines = [] if given is None else [given.sentence]
        print(*lines, _text(found, limit, work, crooks, options.data), sep="\n")
    return 0


def _given(options: argparse.Namespace, model: DiffusionModel) -> GivenExamples:
    """Return the examples of --data, in the model's units."""
    from core.data.files_for_model import read_examples

    return read_examples(options.data, model.data, model.process.kind)


def _check_density(model: DiffusionModel) -> None:
    from core.measurement.crooks import known_source

    try:
        known_source(model)
    except BadInputError as error:
        name = model.source.name
        raise BadInputError(
            f"--crooks: it needs the density of x^1, which is not known for the data {name!r}"
        ) from error


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


def _facts(found: Bound, limit: Bound | None, work: Work | None, crooks: Crooks | None) -> dict[str, object]:
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


def _text(
    found: Bound, limit: Bound | None, work: Work | None, crooks: Crooks | None, data_path: str | None = None
) -> str:
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
    if work is not None:
        lines += _work_lines(work, unit, data_path)
    if crooks is not None:
        lines += _crooks_lines(crooks)
    return "\n".join(lines)


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
