"""From a `Checkpoint` to an open HDF5 file, the layout of docs/checkpoint.md."""

from __future__ import annotations

import json
from collections.abc import Mapping

import h5py
import numpy as np
from numpy.typing import NDArray

from core.checkpoint_reading import FORMAT, VERSION
from core.training_values import TrainingState
from core.values import Bound, Checkpoint, DataInfo


def write_parts(file: h5py.File, checkpoint: Checkpoint) -> None:
    """Write all of ``checkpoint`` into the empty ``file``."""
    _attributes(
        file,
        format=FORMAT,
        version=VERSION,
        title=checkpoint.title,
        created=checkpoint.created,
        licence=checkpoint.licence,
    )
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
    data["shift"], data["scale"] = info.shift, info.scale
    _write_examples(data, info)
    if checkpoint.training is not None:
        _write_training(file.create_group("training"), checkpoint.training)
    if checkpoint.bound is not None:
        _write_bound(file.create_group("bound"), checkpoint.bound)


def _write_examples(group: h5py.Group, info: DataInfo) -> None:
    """Write the examples: pictures of whole grey levels as bytes, packed, which is a tenth of the same as float32."""
    levels = info.examples.astype(np.uint8) if info.grey_level is not None and _are_bytes(info.examples) else None
    if levels is None:
        group["examples"] = info.examples
    else:
        group.create_dataset("examples", data=levels, chunks=levels.shape, compression="gzip", shuffle=False)


def _are_bytes(values: NDArray[np.float32]) -> bool:
    """Return whether all ``values`` are whole numbers 0 … 255."""
    return bool(values.size and values.min() >= 0 and values.max() <= 255 and (values == np.floor(values)).all())


def _write_training(group: h5py.Group, training: TrainingState) -> None:
    _attributes(
        group,
        recipe=training.recipe,
        seed=training.seed,
        steps_done=training.steps_done,
        steps_total=training.steps_total,
    )
    if training.taken_for:
        group.attrs["taken_for"] = training.taken_for
    group["history"] = training.history
    if training.state:
        _arrays(group.create_group("state"), training.state)


def _write_bound(group: h5py.Group, bound: Bound) -> None:
    for name in ("unit", "count", "k", "null", "standard_error", "h_end", "h_edge", "h_prior"):
        group.attrs[name] = getattr(bound, name)
    for name in ("truth", "truth_standard_error", "bits_per_dimension"):
        if getattr(bound, name) is not None:
            group.attrs[name] = getattr(bound, name)
    for name in ("kl", "entropy_lower", "entropy_upper"):
        group[name] = getattr(bound, name)


def _attributes(group: h5py.Group, **values: object) -> None:
    for name, value in values.items():
        group.attrs[name] = value


def _arrays(group: h5py.Group, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    for name, values in arrays.items():
        group[name] = values
