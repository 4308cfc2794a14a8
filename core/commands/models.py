"""`dpm models`: the shipped models, which every command takes by their names."""

from __future__ import annotations

import argparse

from core.runtime.assets import shipped_models
from core.values.checkpoints import Checkpoint, channels_of, dimensions


def models(_: argparse.Namespace) -> int:
    """List the shipped models with their data, number of steps, network and bound K, and the folder they lie in."""
    from core.formats.checkpoints import load
    from core.formats.sandbox import FileSandbox

    paths = shipped_models()
    width = max(map(len, paths), default=0) + 2
    with FileSandbox() as sandbox:
        for name, path in paths.items():
            print(f"{name:<{width}}{_summary(load(path, sandbox))}")
    for folder in {path.parent for path in paths.values()}:
        print(f"The files are in {folder}")
    return 0


def _summary(checkpoint: Checkpoint) -> str:
    found = f"{checkpoint.title}: {_described(checkpoint)}, {checkpoint.kind}, T = {checkpoint.steps}"
    found += f", network {checkpoint.network.kind}"
    if checkpoint.bound is not None:
        found += f"; K = {checkpoint.bound.k:.3f} bits per {checkpoint.bound.unit}"
    return found


def _described(checkpoint: Checkpoint) -> str:
    """Return what an example of the data is, such as "grey images of 28 x 28"."""
    shape = checkpoint.data.shape
    if checkpoint.data.is_image:
        return f"{'grey' if channels_of(shape) == 1 else 'RGB'} images of {shape[0]} x {shape[1]}"
    size = " x ".join(map(str, shape))
    return f"sequences of {size} bits" if checkpoint.kind == "binomial" else f"points in {dimensions(shape)}"
