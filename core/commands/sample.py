"""`dpm sample`: samples of a model in an npy file."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from core.commands.common import open_model, with_progress
from core.runtime.devices import check_disk
from core.runtime.files import atomic_path, check_output_path
from core.values.runs import RunSpec, SamplingProgress, Strided

if TYPE_CHECKING:
    from core.model import DiffusionModel


def sample(options: argparse.Namespace) -> int:
    """Draw samples and save them in user's units, a part at a time."""
    from core.sampling.trajectories import samples

    target = check_output_path(options.out, ".npy", "--out")
    spec = RunSpec(count=options.count, seed=options.seed)
    _, model = open_model(options.file)
    spec.check()
    strided = None if options.strided is None else Strided(options.strided)
    steps = model.steps if strided is None else strided.steps
    shape = (spec.count, *model.data.shape)
    check_disk(4 * math.prod(shape), target.parent, options.out)
    with atomic_path(options.out) as temporary, temporary.open("wb") as file:
        # Not mapped into memory: on a disk that fills up after all, writing says so, where a map ends the process.
        header = {"descr": "<f4", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        _write(with_progress(samples(model, spec, strided), "sampling"), model, file)
    note = "" if strided is None else f", an approximation in {steps} of {model.steps} steps"
    print(f"{options.out}: {spec.count} samples of shape {model.data.shape}, seed {spec.seed}{note}")
    return 0


def _write(values: Iterable[SamplingProgress], model: DiffusionModel, file: BinaryIO) -> None:
    for value in values:
        if value.x is not None:
            file.write(model.data.to_user(value.x).astype("<f4", copy=False).tobytes())
