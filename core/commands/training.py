"""`dpm train` and `dpm recipes`."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.commands.common import last, shown
from core.errors import BadInputError, DpmError
from core.files import check_output_path
from core.values import Checkpoint, RunSpec

if TYPE_CHECKING:
    from core.recipes import RecipeRun


def train(options: argparse.Namespace) -> int:
    """Train a recipe from the start, or go on with one that was interrupted."""
    from core.checkpoint import save

    run, out = _training_run(options)
    check_output_path(out)
    try:
        for _ in _shown_training(run):
            pass
    except (KeyboardInterrupt, DpmError):
        save(run.checkpoint(), out)
        print(f"dpm: stopped after {run.steps_done} steps; go on with: dpm train --resume {out}", file=sys.stderr)
        raise
    save(run.checkpoint(), out)  # what was learned is safe before K is measured
    save(_measured(run.checkpoint(), out), out)
    print(f"{out}: {run.recipe.title}, {run.steps_done} steps")
    return 0


def recipes(_: argparse.Namespace) -> int:
    """List the recipes."""
    from core.recipes import RECIPES

    width = max(map(len, RECIPES)) + 2
    for name, make in RECIPES.items():
        print(f"{name:<{width}}{make().summary}")
    return 0


def _training_run(options: argparse.Namespace) -> tuple[RecipeRun, str]:
    from core.checkpoint import load
    from core.rate_files import read_rates
    from core.recipes import RecipeRun, recipe_named

    if options.resume is None:
        if options.recipe is None:
            raise BadInputError("train: give a recipe (see `dpm recipes`) or --resume FILE")
        seed = 0 if options.seed is None else options.seed
        recipe = recipe_named(options.recipe)
        if options.rates is not None:
            recipe = dataclasses.replace(recipe, betas=read_rates(options.rates))
        run = RecipeRun(recipe, options.steps, seed)
        return run, options.out or f"{options.recipe}.h5"
    for name in ("recipe", "steps", "seed", "rates"):
        if getattr(options, name) is not None:
            raise BadInputError(f"--resume: it goes on with what the file says of the training; leave out {name}")
    return RecipeRun.resumed(load(options.resume), options.resume), options.out or options.resume


def _measured(checkpoint: Checkpoint, path: str) -> Checkpoint:
    """Return ``checkpoint`` with its bound K, measured on the default number of held-out data."""
    from core.bounds import measure_bound
    from core.model import model_from

    model = model_from(checkpoint, path)
    found = last(shown(measure_bound(model, RunSpec()), model.steps, "measuring K")).bound
    return dataclasses.replace(checkpoint, bound=found)


def _shown_training(run: RecipeRun) -> Iterator[None]:
    from tqdm import tqdm

    begin = run.steps_done
    quiet = not sys.stderr.isatty()
    with tqdm(total=run.steps_total, initial=begin, desc="training", unit="step", leave=False, disable=quiet) as bar:
        for progress in run.train():
            bar.update(progress.step - bar.n if not quiet else 0)
            bar.set_postfix_str(f"K = {progress.k:.3f}, validation K = {progress.validation_k:.3f} bits")
            yield
