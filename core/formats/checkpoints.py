"""The checkpoint, format version 1: HDF5, validated before it is used, saved whole or not at all (docs/checkpoint.md).

`core.formats.checkpoint_reading` checks each entry before it is used.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import nullcontext

import h5py
import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError
from core.formats.checkpoint_reading import FORMAT, VERSION, read_parts
from core.formats.hdf5 import UntrustedFile, is_hdf5, opened_hdf5
from core.formats.sandbox import FileSandbox
from core.runtime.files import atomic_path, first_bytes
from core.values.checkpoints import MAX_LEVEL, Checkpoint, DataInfo
from core.values.measurements import Bound
from core.values.training import TrainingState


def load(path: str | os.PathLike[str], sandbox: FileSandbox | None = None) -> Checkpoint:
    """Read and validate the checkpoint at ``path``.

    It is read in a child process first, with limits on time and memory, since it may crash libhdf5.

    Args:
        path: The file.
        sandbox: The sandbox to use if many files are read; by default one is made for this file.

    Raises:
        BadCheckpointError: If it is not a sound checkpoint; the message is one sentence that begins with ``path``.
    """
    check_is_hdf5(path)
    with FileSandbox() if sandbox is None else nullcontext(sandbox) as open_sandbox:
        open_sandbox.check(path)
    return read(path)


def read(path: str | os.PathLike[str]) -> Checkpoint:
    """Read and validate ``path`` in this process; use `load` for untrusted files."""
    with opened_hdf5(path) as source:
        return read_parts(source)


def save(checkpoint: Checkpoint, path: str | os.PathLike[str]) -> None:
    """Write ``checkpoint`` to ``path``: to a temporary file, flushed, then renamed over what was there.

    Raises:
        BadCheckpointError: If its content is invalid, so that it could not be read back.
        OutputError: If the file cannot be written; what was there before is unchanged.
    """
    # Built in memory first: h5py 3.16 crashes if the disk fills up while libhdf5 writes.
    with h5py.File("checkpoint", "w", driver="core", backing_store=False) as file:
        try:
            write_parts(file, checkpoint)
        except (TypeError, ValueError) as error:
            raise BadCheckpointError(path, f"this has no place in a checkpoint: {error}") from error
        file.flush()
        read_parts(UntrustedFile(file, path))
        file_bytes = file.id.get_file_image()
    with atomic_path(path) as temporary:
        temporary.write_bytes(file_bytes)


def check_is_hdf5(path: str | os.PathLike[str]) -> None:
    """Raise `BadCheckpointError` unless ``path`` is an ordinary, readable file with the signature of HDF5."""
    first_bytes(path, 1, lambda reason: BadCheckpointError(path, reason))
    if not is_hdf5(path):
        raise BadCheckpointError(path, "this is not a checkpoint: it is no HDF5 file")


def write_parts(file: h5py.File, checkpoint: Checkpoint) -> None:
    """Write all of ``checkpoint`` into the empty ``file``."""
    _attributes(file, format=FORMAT, version=VERSION)
    _attributes(file, title=checkpoint.title, created=checkpoint.created, licence=checkpoint.licence)
    process = file.create_group("process")
    _attributes(process, kind=checkpoint.kind, steps=checkpoint.steps)
    process["betas"] = checkpoint.betas
    network = file.create_group("network")
    _attributes(network, kind=checkpoint.network.kind, config=json.dumps(dict(checkpoint.network.config)))
    _arrays(network.create_group("weights"), checkpoint.network.weights)
    data = file.create_group("data")
    info = checkpoint.data
    _attributes(
        data, name=info.name, shape=np.array(info.shape, dtype=np.int64), value_range=np.array(info.value_range)
    )
    if info.grey_level is not None:
        data.attrs["grey_level"] = info.grey_level
    if info.columns:
        data.attrs["columns"] = json.dumps(info.columns, ensure_ascii=False)
    if info.file_scale is not None:
        _attributes(data, file_range=np.array(info.file_scale.range))
        _attributes(data, file_channel_order=info.file_scale.channel_order, file_fit=info.file_scale.fit)
    data["shift"], data["scale"] = info.shift, info.scale
    _write_examples(data, "examples", info.examples, info)
    if info.held_out is not None:
        _write_examples(data, "held_out", info.held_out, info)
    if checkpoint.training is not None:
        _write_training(file.create_group("training"), checkpoint.training)
    if checkpoint.bound is not None:
        _write_bound(file.create_group("bound"), checkpoint.bound)


def _write_examples(group: h5py.Group, name: str, values: NDArray[np.floating], info: DataInfo) -> None:
    """Write examples: images of whole grey levels as packed bytes, a tenth of what float32 takes."""
    levels = values.astype(np.uint8) if info.grey_level is not None and _are_bytes(values) else None
    if levels is None:
        group[name] = values
    else:
        group.create_dataset(name, data=levels, chunks=levels.shape, compression="gzip", shuffle=False)


def _are_bytes(values: NDArray[np.floating]) -> bool:
    """Return whether all ``values`` are whole numbers 0 … 255."""
    return bool(values.size and values.min() >= 0 and values.max() <= MAX_LEVEL and (values == np.floor(values)).all())


def _write_training(group: h5py.Group, training: TrainingState) -> None:
    for name in ("recipe", "seed", "steps_done", "steps_total"):
        group.attrs[name] = getattr(training, name)
    if training.interpreted_as:
        group.attrs["interpreted_as"] = training.interpreted_as
    group["history"] = training.history
    if training.state:
        _arrays(group.create_group("state"), training.state)


def _write_bound(group: h5py.Group, bound: Bound) -> None:
    for name in ("unit", "count", "measured_on", "k", "null", "standard_error", "h_end", "h_edge", "h_prior"):
        group.attrs[name] = getattr(bound, name)
    for name in ("truth", "truth_standard_error", "bits_per_dimension"):
        if getattr(bound, name) is not None:
            group.attrs[name] = getattr(bound, name)
    for name in ("kl", "entropy_lower", "entropy_upper"):
        group[name] = getattr(bound, name)
    for name in ("kl_standard_error", "model_entropy", "model_entropy_standard_error"):
        if getattr(bound, name) is not None:
            group[name] = getattr(bound, name)


def _attributes(group: h5py.Group, **values: object) -> None:
    for name, value in values.items():
        group.attrs[name] = value


def _arrays(group: h5py.Group, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    for name, values in arrays.items():
        group[name] = values
