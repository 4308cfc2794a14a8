"""What each `dpm` command does once its options are known. The one room of the engine that prints."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError, DpmError
from core.files import atomic_path, check_output_path
from core.values import Bound, Checkpoint, RunSpec

if TYPE_CHECKING:
    from core.model import DiffusionModel
    from core.recipes import RecipeRun

DEFAULT_COUNT = RunSpec.__dataclass_fields__["count"].default
DEFAULT_SEED = RunSpec.__dataclass_fields__["seed"].default

Value = TypeVar("Value")


def info(options: argparse.Namespace) -> int:
    """Print what a checkpoint holds."""
    checkpoint, _ = _open(options.file)
    facts = _facts(checkpoint)
    if options.json:
        print(json.dumps(facts))
    else:
        for name, value in facts.items():
            print(f"{name.replace('_', ' '):<22}{value if value is not None else '-'}")
    return 0


def check(options: argparse.Namespace) -> int:
    """Check each file; one bad file does not keep the others from being checked."""
    bad = 0
    for path in options.files:
        try:
            _open(path)
        except DpmError as error:
            print(error, file=sys.stderr)
            bad += 1
    return 2 if bad else 0


def sample(options: argparse.Namespace) -> int:
    """Draw samples and save them in user's units."""
    from core.trajectories import prepare, reverse

    _needs_suffix("--out", options.out, ".npy")
    check_output_path(options.out)
    spec = RunSpec(count=options.count, seed=options.seed)
    _, model = _open(options.file)
    prepare(spec)
    frame = last(_shown(reverse(model, spec), model.steps + 1, "sampling"))
    with atomic_path(options.out) as temporary, temporary.open("wb") as file:
        np.save(file, model.data.to_user(frame.x))
    print(f"{options.out}: {spec.count} samples of shape {model.data.shape}, seed {spec.seed}")
    return 0


def bound(options: argparse.Namespace) -> int:
    """Measure K and print it, as text or as one JSON object."""
    from core.bounds import measure_bound

    _, model = _open(options.file)
    data = None if options.data is None else _array(options.data)
    spec = RunSpec(count=options.count, seed=options.seed)
    found = last(_shown(measure_bound(model, spec, data), model.steps, "measuring K")).bound
    if found is None:
        raise BadInputError("the bound was not measured to its end")
    if not np.isfinite(found.k):
        raise BadInputError(f"{options.file}: K is not finite, since the network's means or variances overflow")
    print(json.dumps(_bound_facts(found)) if options.json else _bound_text(found))
    return 0


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

    for name, make in RECIPES.items():
        print(f"{name:<16}{make().summary}")
    return 0


def last(values: Iterable[Value]) -> Value:
    """Return the last of ``values``, keeping no other."""
    iterator = iter(values)
    value = next(iterator)
    for value in iterator:  # noqa: B007 - the last one is what is wanted
        pass
    return value


def _open(path: str) -> tuple[Checkpoint, DiffusionModel]:
    from core.checkpoint import load
    from core.model import model_from

    checkpoint = load(path)
    return checkpoint, model_from(checkpoint, path)


def _training_run(options: argparse.Namespace) -> tuple[RecipeRun, str]:
    from core.checkpoint import load
    from core.recipes import RecipeRun, recipe_named

    if options.resume is None:
        if options.recipe is None:
            raise BadInputError("train: give a recipe (see `dpm recipes`) or --resume FILE")
        seed = 0 if options.seed is None else options.seed
        run = RecipeRun(recipe_named(options.recipe), options.steps, seed)
        return run, options.out or f"{options.recipe}.h5"
    for name in ("recipe", "steps", "seed"):
        if getattr(options, name) is not None:
            raise BadInputError(f"--resume: it goes on with the file's own recipe, steps and seed; leave out {name}")
    return RecipeRun.resumed(load(options.resume), options.resume), options.out or options.resume


def _measured(checkpoint: Checkpoint, path: str) -> Checkpoint:
    """Return ``checkpoint`` with its bound K, measured on the default number of held-out data."""
    from core.bounds import measure_bound
    from core.model import model_from

    model = model_from(checkpoint, path)
    found = last(_shown(measure_bound(model, RunSpec()), model.steps, "measuring K")).bound
    return dataclasses.replace(checkpoint, bound=found)


def _shown(values: Iterable[Value], total: int, label: str) -> Iterator[Value]:
    """Pass ``values`` on, with a bar on stderr where that is a terminal."""
    from tqdm import tqdm

    yield from tqdm(values, total=total, desc=label, unit="step", leave=False, disable=not sys.stderr.isatty())


def _shown_training(run: RecipeRun) -> Iterator[None]:
    from tqdm import tqdm

    begin = run.steps_done
    quiet = not sys.stderr.isatty()
    with tqdm(total=run.steps_total, initial=begin, desc="training", unit="step", leave=False, disable=quiet) as bar:
        for progress in run.train():
            bar.update(progress.step - bar.n if not quiet else 0)
            bar.set_postfix_str(f"K = {progress.k:.3f} bits")
            yield


def _array(path: str) -> NDArray[np.floating]:
    try:
        with Path(path).open("rb") as file:
            values = np.lib.format.read_array(file, allow_pickle=False)
    except FileNotFoundError as error:
        raise BadInputError(f"{path}: there is no such file") from error
    except OSError as error:
        raise BadInputError(f"{path}: this file cannot be read: {error.strerror or error}") from error
    except (ValueError, EOFError, MemoryError, OverflowError, RecursionError, tokenize.TokenError) as error:
        raise BadInputError(f"{path}: this is not an npy file of numbers") from error
    if values.dtype.kind not in "fiu":
        raise BadInputError(f"{path}: it holds {values.dtype}, where numbers are wanted")
    if not np.isfinite(values).all():
        raise BadInputError(f"{path}: it holds values that are not finite")
    return values


def _needs_suffix(option: str, path: str, suffix: str) -> None:
    if Path(path).suffix.lower() != suffix:
        raise BadInputError(f"{option}: {path} does not end in {suffix}")


def _facts(checkpoint: Checkpoint) -> dict[str, object]:
    training, measured = checkpoint.training, checkpoint.bound
    weights = checkpoint.network.weights.values()
    return {
        "title": checkpoint.title,
        "created": checkpoint.created,
        "licence": checkpoint.licence,
        "process": checkpoint.kind,
        "steps": checkpoint.steps,
        "alpha_bar_end": float(np.prod(1.0 - checkpoint.betas)),
        "network": checkpoint.network.kind,
        "parameters": int(sum(weight.size for weight in weights)),
        "data": checkpoint.data.name,
        "shape": list(checkpoint.data.shape),
        "examples": len(checkpoint.data.examples),
        "recipe": training.recipe if training else None,
        "training_steps": training.steps_done if training else None,
        "K_bits": measured.k if measured else None,
        "unit": measured.unit if measured else None,
    }


def _bound_facts(found: Bound) -> dict[str, object]:
    given_0 = {"H_T_given_0_bits": found.h_end, "H_1_given_0_bits": found.h_edge, "H_prior_bits": found.h_prior}
    facts: dict[str, object] = {
        "steps": found.steps,
        "kind": found.kind,
        "unit": found.unit,
        "count": found.count,
        "K_bits": found.k,
        "null_bits": found.null,
        "gain_bits": found.gain,
        "standard_error_bits": found.standard_error,
        "kl_bits": found.kl.tolist(),
        **given_0,
        "entropy_lower_bits": [value if np.isfinite(value) else None for value in found.entropy_lower.tolist()],
        "entropy_upper_bits": found.entropy_upper.tolist(),
    }
    if found.truth is not None:
        facts |= {"truth_bits": found.truth, "truth_standard_error_bits": found.truth_standard_error}
    return facts


def _bound_text(found: Bound) -> str:
    unit = f"bits per {found.unit}"
    lines = [
        f"K              {found.k:10.4f} ± {found.standard_error:.4f} {unit} ({found.count} held-out examples)",
        f"null model     {found.null:10.4f} {unit}",
        f"gain K - null  {found.gain:10.4f} {unit}",
    ]
    if found.truth is not None and found.truth_standard_error is not None:
        lines.append(f"truth          {found.truth:10.4f} ± {found.truth_standard_error:.4f} {unit}: E log2 q(x^1)")
    terms = f"{found.h_end:.4f} - {found.h_edge:.4f} - {found.h_prior:.4f} - {found.kl.sum():.4f}"
    lines.append(f"               = H(X^T|X^0) - H(X^1|X^0) - H(X^T) - sum of KL = {terms}")
    return "\n".join(lines)
