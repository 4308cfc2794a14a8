"""`dpm rates`: rates optimised for the best K that any network can reach with them."""

from __future__ import annotations

import argparse
import json

import numpy as np

from core.commands.common import check_suffix, last, with_progress_bar
from core.errors import BadInputError
from core.runtime.files import atomic_path, check_output_path
from core.values.runs import RunSpec


def rates(options: argparse.Namespace) -> int:
    """Search rates for the data of a recipe, print what is found, and write them where that is asked for."""
    from core.measurement.bound import measure_bound
    from core.measurement.limits import exact_model
    from core.measurement.schedule_search import EVALUATIONS, search_schedule
    from core.recipes.registry import recipe_named

    recipe = recipe_named(options.recipe)
    steps = len(recipe.betas) if options.steps is None else options.steps
    if options.out is not None:
        check_suffix("--out", options.out, ".npy")
        check_output_path(options.out)
    spec = RunSpec(seed=options.seed)
    reports = search_schedule(recipe.source, recipe.info, recipe.kind, steps, spec)
    first = next(reports)
    found = last(with_progress_bar(reports, EVALUATIONS - 1, "searching rates"))
    if options.out is not None:
        with atomic_path(options.out) as temporary, temporary.open("wb") as file:
            np.save(file, found.betas)
    model = exact_model(recipe.source, recipe.info, recipe.kind, found.betas)
    limit = last(with_progress_bar(measure_bound(model, spec), steps, "measuring K's limit")).bound
    if limit is None:
        raise BadInputError("the limit was not measured to its end")
    gain, parameters = found.best_k - first.best_k, dict(found.best)
    if options.json:
        facts = {"steps": steps, "limit_bits": limit.k, "standard_error_bits": limit.standard_error, "gain_bits": gain}
        print(json.dumps(facts | {"parameters": parameters, "betas": found.betas.tolist()}))
        return 0
    chosen = ", ".join(f"{name} = {value:.3g}" for name, value in parameters.items())
    began = ", ".join(f"{name} = {value:.3g}" for name, value in first.best.items())
    print(f"rates        {chosen} (T = {steps}, {found.done} looked at)")
    print(
        f"limit of K   {limit.k:10.4f} ± {limit.standard_error:.4f} bits per sample ({limit.count} held-out examples)"
    )
    print(f"gain         {gain:+10.4f} bits over {began}, on the same noise")
    return 0
