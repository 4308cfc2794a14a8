"""`dpm train` and `dpm recipes`."""

from __future__ import annotations

import argparse
import dataclasses
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.commands.common import result_of
from core.errors import BadInputError, DpmError
from core.runtime.command_line import complain, on_terminal
from core.runtime.files import check_output_path
from core.values.checkpoints import is_image, pixels_of
from core.values.measurements import WITH_NOISE, Bound, examples_in_words
from core.values.runs import RunSpec

if TYPE_CHECKING:
    from core.recipes.recipe import Recipe
    from core.recipes.run import RecipeRun


def train(options: argparse.Namespace) -> int:
    """Train a recipe from the start, or resume an interrupted training."""
    from core.formats.checkpoints import save

    run, out = _training_run(options)
    check_output_path(out)
    try:
        for _ in _training_with_progress_bar(run):
            pass
    except KeyboardInterrupt:
        save(run.checkpoint(), out)
        if run.steps_done < run.steps_total:
            complain("dpm", f"stopped after {run.steps_done} steps; resume with: {_resuming(options, out)}")
        raise
    except DpmError:  # it would come again after resuming, since a resumed training goes on as if never stopped
        save(run.checkpoint(), out)
        raise
    save(run.checkpoint(), out)  # so that nothing is lost while K is measured
    bound = _bound(run, out)
    save(dataclasses.replace(run.checkpoint(), bound=bound), out)
    print(f"{out}: HDF5 checkpoint, {run.recipe.title}, {run.steps_done} steps{_chosen(run)}; {_k_in_words(bound)}")
    return 0


def _resuming(options: argparse.Namespace, out: str) -> str:
    """Return the command that resumes the training, as a shell takes it."""
    data = [] if options.data is None else ["--data", options.data]
    return shlex.join(["dpm", "train", "--resume", out, *data])


def _chosen(run: RecipeRun) -> str:
    """Return which weights were taken if these are not the last ones."""
    if run.best_step in (None, run.steps_done):
        return ""
    return f" (weights of step {run.best_step}, with the best K on {run.validated_on})"


def _k_in_words(bound: Bound) -> str:
    """Return K and what it was measured on, in the words of `dpm bound`."""
    examples = examples_in_words(bound.count, bound.measured_on)
    noise = f", {WITH_NOISE}" if bound.noise_added else ""
    return f"K = {bound.k:.4f} ± {bound.standard_error:.4f} bits per {bound.unit} ({examples}{noise})"


def recipes(_: argparse.Namespace) -> int:
    """List the recipes."""
    from core.recipes.run import RECIPES
    from core.recipes.user_data import WITH_DATA

    summaries = {name: make().summary for name, make in RECIPES.items()}
    summaries |= {name: recipe.summary for name, recipe in WITH_DATA.items()}
    width = max(map(len, summaries)) + 2
    for name, summary in summaries.items():
        print(f"{name:<{width}}{summary}")
    return 0


def _training_run(options: argparse.Namespace) -> tuple[RecipeRun, str]:
    from core.formats.schedules import read_schedule
    from core.recipes.run import RecipeRun

    if options.resume is not None:
        return _resumed_run(options)
    seed = 0 if options.seed is None else options.seed
    recipe, out = _recipe_and_out(options)
    if options.rates is not None:
        recipe = dataclasses.replace(recipe, betas=read_schedule(options.rates))
    return RecipeRun(recipe, options.steps, seed), out


def _recipe_and_out(options: argparse.Namespace) -> tuple[Recipe, str]:
    """Return the recipe to train and the path of its checkpoint; print how user data are interpreted."""
    from core.recipes.run import recipe_named
    from core.recipes.user_data import WITH_DATA, data_recipe

    if options.data is not None:
        recipe, sentence = data_recipe(options.recipe, options.data, options.side)
        print(sentence, flush=True)
        return recipe, _out_beside_data(options)
    if options.recipe is None:
        raise BadInputError("train: give a recipe (see `dpm recipes`), --data PATH or --resume FILE")
    if options.recipe in WITH_DATA:
        raise BadInputError(f"train: the data of the recipe {options.recipe!r} do not ship; give them with --data PATH")
    if options.side is not None:
        raise BadInputError("--side: it is for --data")
    return recipe_named(options.recipe), options.out or f"{options.recipe}.h5"


def _out_beside_data(options: argparse.Namespace) -> str:
    """Return the path of the checkpoint, which is never that of the data."""
    from core.formats.reading.contents import split_array

    data = Path(options.data)
    out = options.out or f"{options.recipe or data.resolve().stem}_model.h5"
    file, _ = split_array(options.data)
    if file.exists() and Path(out).exists() and file.samefile(out):
        raise BadInputError(f"--out: {out} holds the data; it would be overwritten")
    return str(out)


def _resumed_run(options: argparse.Namespace) -> tuple[RecipeRun, str]:
    from core.formats.checkpoints import load
    from core.recipes.run import RecipeRun, check_resumable
    from core.recipes.user_data import resumed_recipe

    for name in ("recipe", "steps", "seed", "rates", "side"):
        if getattr(options, name) is not None:
            option = "the recipe" if name == "recipe" else f"--{name}"
            raise BadInputError(f"--resume: the file holds the settings of the training; leave out {option}")
    checkpoint = load(options.resume)
    check_resumable(checkpoint, options.resume)
    recipe = resumed_recipe(checkpoint, options.resume, options.data)
    return RecipeRun.resumed(checkpoint, options.resume, recipe), options.out or options.resume


def _bound(run: RecipeRun, path: str) -> Bound:
    """Return the bound K of the checkpoint of ``run``, as `dpm bound` measures it."""
    from core.measurement.bound import measure_bound
    from core.measurement.examples import default_count
    from core.model import model_from

    model = model_from(run.checkpoint(), path)
    return result_of(measure_bound(model, RunSpec(count=default_count(model.data))), "measuring K")


def _training_with_progress_bar(run: RecipeRun) -> Iterator[None]:
    from tqdm import tqdm

    begin, shape = run.steps_done, run.recipe.info.shape
    many, unit = (pixels_of(shape), "pixel") if is_image(shape) else (1, "sample")
    quiet = not on_terminal()
    with (
        tqdm(total=run.steps_total, initial=begin, desc="training", unit="step", leave=False, disable=quiet) as bar,
        tqdm(bar_format="{desc}", position=1, leave=False, disable=quiet) as line,  # it has no room beside the bar
    ):
        for progress in run.train():
            bar.update(progress.step - bar.n if not quiet else 0)
            k, validation_k = progress.k / many, progress.validation_k / many
            line.set_description_str(
                f"K = {k:.3f} bits per {unit} in training, {validation_k:.3f} on {run.validated_on}"
            )
            yield
