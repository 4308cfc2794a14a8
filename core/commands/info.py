"""`dpm info` and `dpm check`: the contents of checkpoints, and the errors in them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

import numpy as np

from core.commands.common import open_model
from core.errors import DpmError
from core.values.checkpoints import Checkpoint
from core.values.measurements import examples_in_words


def info(options: argparse.Namespace) -> int:
    """Print the contents of a checkpoint."""
    checkpoint, _ = open_model(options.file)
    facts = _facts(checkpoint)
    if options.json:
        print(json.dumps(facts))
    else:
        print("\n".join(f"{name:<22}{text}" for name, text in _lines(facts)))
    return 0


def check(options: argparse.Namespace) -> int:
    """Check every file, also those after a bad one."""
    from core.formats.sandbox import FileSandbox

    bad = 0
    with FileSandbox() as sandbox:
        for path in options.files:
            try:
                open_model(path, sandbox)
            except DpmError as error:
                print(error, file=sys.stderr)
                bad += 1
    return 2 if bad else 0


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
        "held_out_examples": None if checkpoint.data.held_out is None else len(checkpoint.data.held_out),
        "recipe": training.recipe if training else None,
        "interpreted_as": (training.interpreted_as or None) if training else None,
        "training_steps": training.steps_done if training else None,
        "K_bits": measured.k if measured else None,
        "unit": measured.unit if measured else None,
        "standard_error_bits": measured.standard_error if measured else None,
        "bits_per_dimension": measured.bits_per_dimension if measured else None,
        "count": measured.count if measured else None,
        "measured_on": measured.measured_on if measured else None,
    }


def _lines(facts: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of what is known, the figures of K in one line."""
    of_k = ("K_bits", "unit", "standard_error_bits", "count", "measured_on")
    for name, value in facts.items():
        if value is not None and name not in of_k:
            yield name.replace("_", " "), _text(value)
    k, unit, error, count, measured_on = (facts[name] for name in of_k)
    if isinstance(k, float) and isinstance(error, float) and isinstance(count, int):
        examples = examples_in_words(count, str(measured_on))
        yield "K", f"{k:.4f} ± {error:.4f} bits per {unit} ({examples})"


def _text(value: object) -> str:
    if isinstance(value, list):
        return " x ".join(map(str, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)
