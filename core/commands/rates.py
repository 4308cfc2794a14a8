"""`dpm rates`: the schedule with the highest limit of K for a recipe's data, or one of a family, and that limit."""

from __future__ import annotations

import argparse
import inspect
import json
from typing import TYPE_CHECKING

import numpy as np

from core.commands.common import last, result_of, with_progress
from core.errors import BadInputError
from core.processes.schedules import FAMILIES, Schedule, alpha_bars
from core.runtime.files import check_output_path
from core.values.measurements import Bound, examples_in_words
from core.values.runs import RunSpec

if TYPE_CHECKING:
    from core.recipes.recipe import Recipe

ROWS = 11
"""Most rows of the printed table of rates."""


def rates(options: argparse.Namespace) -> int:
    """Print rates for the data of a recipe and the limit of K with them; write them to a file if asked to."""
    from core.recipes.run import recipe_named
    from core.recipes.user_data import WITH_DATA

    if options.recipe in WITH_DATA:
        raise BadInputError(f"rates: the data of the recipe {options.recipe!r} do not ship; choose another recipe")
    recipe = recipe_named(options.recipe)
    options.steps = len(recipe.betas) if options.steps is None else options.steps
    if options.out is not None:
        check_output_path(options.out, ".npy", "--out")
    if options.family is not None:
        return _family(recipe, options)
    if options.parameters:
        raise BadInputError("--set: it is for the parameters of a --family")
    return _search(recipe, options)


def _family(recipe: Recipe, options: argparse.Namespace) -> int:
    """Print the rates of one family."""
    make = FAMILIES[options.family]
    known = [name for name in inspect.signature(make).parameters if name != "steps"]
    given: dict[str, float] = {}
    for text in options.parameters:
        name, _, value = text.partition("=")
        if name not in known:
            raise BadInputError(f"--set: {options.family} has no parameter {name!r}; it has {', '.join(known)}")
        try:
            given[name] = float(value)
        except ValueError as error:
            raise BadInputError(f"--set: {text} is not NAME=NUMBER") from error
    betas = make(options.steps, **given)
    _save(betas, options)
    limit = _limit(recipe, betas, options, needed=False)
    parameters = ", ".join(f"{name} = {value:.3g}" for name, value in given.items())
    signal = alpha_bars(betas)
    facts = {"family": options.family, "parameters": given, "alpha_bar_end": float(signal[-1])}
    lines = [f"rates        {options.family}{f', {parameters}' if given else ''} (T = {len(betas)})"]
    steps = np.unique(np.linspace(1, len(betas), min(len(betas), ROWS)).round().astype(int))
    lines += [f"{'t':>6}  {'beta_t':>12}  {'alpha_bar_t':>12}"]
    lines += [f"{t:>6}  {betas[t - 1]:>12.6g}  {signal[t]:>12.6g}" for t in steps]
    return _print(options, betas, limit, facts, lines)


def _search(recipe: Recipe, options: argparse.Namespace) -> int:
    """Search the rates with the highest limit of K, and print them."""
    from core.measurement.schedule_search import search_schedule

    spec = RunSpec(seed=options.seed)
    reports = with_progress(
        search_schedule(recipe.source, recipe.info, recipe.kind, options.steps, spec), "searching rates"
    )
    first = next(reports)
    found = last(reports)
    _save(found.betas, options)
    limit = _limit(recipe, found.betas, options, needed=True)
    gain = found.best_k - first.best_k
    chosen, began = (
        ", ".join(f"{name} = {value:.3g}" for name, value in report.best.items()) for report in (found, first)
    )
    facts = {"gain_bits": gain, "parameters": dict(found.best)}
    lines = [f"rates        {chosen} (T = {options.steps}, {found.done} tried)"]
    lines += [f"gain         {gain:+10.4f} bits over {began}, on the same noise"]
    return _print(options, found.betas, limit, facts, lines)


def _save(betas: Schedule, options: argparse.Namespace) -> None:
    if options.out is not None:
        from core.formats.arrays import save_npy

        save_npy(options.out, betas)


def _limit(recipe: Recipe, betas: Schedule, options: argparse.Namespace, *, needed: bool) -> Bound | None:
    """Return the best K that any network reaches with ``betas``; if it is unknown, None, or an error if ``needed``."""
    from core.measurement.bound import measure_bound
    from core.measurement.limits import exact_model

    try:
        model = exact_model(recipe.source, recipe.info, recipe.kind, betas)
    except BadInputError:
        if needed:
            raise
        return None
    reports = measure_bound(model, RunSpec(seed=options.seed))
    return result_of(reports, "measuring the limit")


def _print(
    options: argparse.Namespace, betas: Schedule, limit: Bound | None, facts: dict[str, object], lines: list[str]
) -> int:
    """Print the results as one JSON object or as text, and return the exit status."""
    if options.json:
        measured = {"limit_bits": limit and limit.k, "standard_error_bits": limit and limit.standard_error}
        print(json.dumps({"steps": len(betas), **measured, **facts, "betas": betas.tolist()}))
        return 0
    value = "not known: no formula describes these data"
    if limit is not None:
        error = f"{limit.standard_error:.4f} bits per {limit.unit}"
        value = f"{limit.k:10.4f} ± {error} ({examples_in_words(limit.count, limit.measured_on)})"
    lines.insert(1, f"limit of K   {value}")
    if options.out is not None:
        lines.append(f"{options.out}: these rates, npy array of float64")
    print("\n".join(lines))
    return 0
