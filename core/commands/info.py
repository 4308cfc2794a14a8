"""`dpm info` and `dpm check`: the contents of checkpoints, and the errors in them."""

from __future__ import annotations

import argparse
import json
import sys

import numpy as np

from core.commands.common import open_model
from core.errors import DpmError
from core.values.checkpoints import Checkpoint


def info(options: argparse.Namespace) -> int:
    """Print the contents of a checkpoint."""
    checkpoint, _ = open_model(options.file)
    facts = _facts(checkpoint)
    if options.json:
        print(json.dumps(facts))
    else:
        for name, value in facts.items():
            print(f"{name.replace('_', ' '):<22}{value if value is not None else '-'}")
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
        "recipe": training.recipe if training else None,
        "interpreted_as": (training.interpreted_as or None) if training else None,
        "training_steps": training.steps_done if training else None,
        "K_bits": measured.k if measured else None,
        "unit": measured.unit if measured else None,
    }
