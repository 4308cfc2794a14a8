"""Reads a `Checkpoint` from an open HDF5 file, laid out as in docs/checkpoint.md; every entry is checked."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TypeVar

import h5py
import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.hdf5 import UntrustedFile
from core.processes.schedules import MAX_STEPS, checked
from core.values.arrays import read_only
from core.values.checkpoints import (
    CROPS,
    MAX_EXAMPLES,
    RESIZED,
    WHOLE,
    Checkpoint,
    DataInfo,
    FileScale,
    NetworkInfo,
    column_names,
    user_type,
)
from core.values.measurements import FRESH, HELD_OUT, MEASURED_ON, Bound
from core.values.training import TrainingState

FORMAT = "dpm-checkpoint"
VERSION = 1
NO_CHECKPOINT = f'this is HDF5 but no checkpoint: the attribute format is not "{FORMAT}"'
"""The reason for refusing HDF5 of another kind."""
KINDS = ("gaussian", "binomial")
UNITS = ("sample", "pixel")
MAX_ENTRIES = 2**24
OLD_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "mlp": {"detail": "fourier_features"},
    "multiscale_convolution": {"detail": "magnifications"},
    "unet": {"middle": "bottleneck"},
}
"""Old and present names of network settings, by the network's kind; files with either are read."""
OLD_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "unet": {"bring": "project", "middle": "bottleneck", "short": "skip"},
}
"""The same for the parts of parameter names between dots."""
OLD_ATTRIBUTE, ATTRIBUTE = "taken_for", "interpreted_as"
"""The same for the renamed attribute of /training."""
Value = TypeVar("Value")


def read_parts(source: UntrustedFile) -> Checkpoint:
    """Return all of the checkpoint in ``source``.

    Raises:
        BadCheckpointError: At the first entry that is missing, of the wrong kind, shape or size, or not finite.
    """
    root = source.root
    if "format" not in root.attrs or source.text(root, "format") != FORMAT:
        raise source.refusal(NO_CHECKPOINT)
    version = source.whole(root, "version", 0, 2**31)
    if version != VERSION:
        raise source.refusal(f"its format version is {version}; this program reads version {VERSION}")
    kind = _one_of(source, source.group("process"), "kind", KINDS)
    betas, network, data = _betas(source), _network(source), _data(source, kind)
    return Checkpoint(
        title=source.text(root, "title"),
        created=source.text(root, "created"),
        licence=source.text(root, "licence"),
        kind=kind,
        betas=betas,
        network=network,
        data=data,
        training=_training(source, network.kind) if source.has(root, "training") else None,
        bound=_bound(source, kind, len(betas), data) if source.has(root, "bound") else None,
    )


def _one_of(source: UntrustedFile, owner: h5py.Group, name: str, choices: tuple[str, ...]) -> str:
    found = source.text(owner, name)
    if found not in choices:
        raise source.refusal(f"{owner.name} {name} is {found!r}, none of {', '.join(choices)}")
    return found


def _betas(source: UntrustedFile) -> NDArray[np.float64]:
    process = source.group("process")
    steps = source.whole(process, "steps", 1, MAX_STEPS)
    betas = source.array(process, "betas", (steps,))
    try:
        return read_only(checked(betas, "/process/betas"))
    except BadInputError as error:
        raise source.refusal(str(error)) from error


def _network(source: UntrustedFile) -> NetworkInfo:
    group = source.group("network")
    try:
        config = json.loads(source.text(group, "config", lines=True))
    except (ValueError, RecursionError) as error:
        raise source.refusal("/network config is no JSON") from error
    if not isinstance(config, dict):
        raise source.refusal("/network config is no JSON object")
    kind = source.text(group, "kind")
    settings = _renamed(source, "/network config", config, OLD_SETTINGS.get(kind, {}))
    return NetworkInfo(kind, settings, _parameters(source, "network/weights", kind))


def _parameters(source: UntrustedFile, place: str, kind: str) -> dict[str, NDArray[np.generic]]:
    """Return the arrays in the group at ``place``, under the names of the parameters of a network of ``kind``."""
    return _renamed(source, f"/{place}", source.arrays(source.group(place)), OLD_PARAMETERS.get(kind, {}))


def _renamed(
    source: UntrustedFile, place: str, values: Mapping[str, Value], names: Mapping[str, str]
) -> dict[str, Value]:
    """Return ``values`` with the old ``names`` in their keys replaced by the present ones."""
    found: dict[str, Value] = {}
    for old, value in values.items():
        new = ".".join(names.get(part, part) for part in old.split("."))
        if new in found:
            raise source.refusal(f"{place} has {new!r} under its old name, too")
        found[new] = value
    return found


def _data(source: UntrustedFile, kind: str) -> DataInfo:
    group = source.group("data")
    shape = tuple(int(size) for size in source.numbers(group, "shape", kinds="iu"))
    if not 1 <= len(shape) <= 4 or min(shape) < 1 or math.prod(shape) > MAX_ENTRIES:
        raise source.refusal(f"/data shape is {shape[:5]}, which is no shape of an example")
    low, high = source.pair(group, "value_range")
    shift, scale = _units(source, "shift", shape), _units(source, "scale", shape)
    if not (scale > 0).all():
        raise source.refusal("/data/scale has entries that are not positive")
    if kind == "binomial" and ((shift != 0).any() or (scale != 1).any()):
        raise source.refusal("/data/shift and /data/scale are not 0 and 1, the units of bits")
    kind_of_numbers = user_type(shift, scale)
    examples = _examples(source, "examples", shape, kind_of_numbers)
    held_out = _examples(source, "held_out", shape, kind_of_numbers) if source.has(group, "held_out") else None
    level = source.number(group, "grey_level") if "grey_level" in group.attrs else None
    if level is not None and (level <= 0 or kind != "gaussian"):
        raise source.refusal(f"/data grey_level is {level:g}, which is no width of a grey level of Gaussian data")
    columns = _columns(source, shape) if "columns" in group.attrs else ()
    name = source.text(group, "name")
    files = _file_scale(source) if "file_range" in group.attrs else None
    return DataInfo(name, shape, (low, high), shift, scale, examples, level, columns, held_out, files)


def _file_scale(source: UntrustedFile) -> FileScale:
    group = source.group("data")
    order = _one_of(source, group, "file_channel_order", ("last", "first"))
    return FileScale(
        source.pair(group, "file_range"), order, _one_of(source, group, "file_fit", (WHOLE, CROPS, RESIZED))
    )


def _columns(source: UntrustedFile, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return the names of the columns of points of ``shape``."""
    try:
        found = json.loads(source.text(source.group("data"), "columns"))
    except (ValueError, RecursionError) as error:
        raise source.refusal("/data columns is no JSON") from error
    texts = found if isinstance(found, list) and all(isinstance(name, str) for name in found) else []
    if (len(texts),) != shape or column_names(texts) != tuple(texts):
        raise source.refusal(f"/data columns is no list of one short line for each of the columns of shape {shape}")
    return tuple(texts)


def _examples(
    source: UntrustedFile, name: str, shape: tuple[int, ...], dtype: type[np.float32 | np.float64]
) -> NDArray[np.floating]:
    """Return the examples in /data/``name``, ``[N, *shape]``, of type ``dtype``, read-only."""
    group = source.group("data")
    count = source.dataset(group, name).shape[:1]
    if not count or not 1 <= count[0] <= MAX_EXAMPLES:
        raise source.refusal(
            f"/data/{name} holds {count[0] if count else 'no'} examples; 1 to {MAX_EXAMPLES} are allowed"
        )
    values: NDArray[np.floating] = source.array(group, name, (count[0], *shape)).astype(dtype)
    return read_only(values)


def _units(source: UntrustedFile, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    group = source.group("data")
    found = source.dataset(group, name).shape
    try:
        fits = np.broadcast_shapes(found, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise source.refusal(f"/data/{name} has shape {found}, which does not fit examples of shape {shape}")
    return read_only(source.array(group, name, found).astype(np.float64))


def _training(source: UntrustedFile, network_kind: str) -> TrainingState:
    group = source.group("training")
    history = source.dataset(group, "history").shape
    if len(history) != 2 or history[1] not in (2, 3):
        raise source.refusal(f"/training/history has shape {history}, where (R, 2) or (R, 3) is wanted")
    interpreted_as = [name for name in (ATTRIBUTE, OLD_ATTRIBUTE) if name in group.attrs]
    if len(interpreted_as) > 1:
        raise source.refusal(f"/training has {ATTRIBUTE!r} under its old name, too")
    return TrainingState(
        recipe=source.text(group, "recipe"),
        seed=source.whole(group, "seed", 0, 2**31),
        steps_done=source.whole(group, "steps_done", 0, 2**40),
        steps_total=source.whole(group, "steps_total", 0, 2**40),
        history=read_only(source.array(group, "history", history).astype(np.float64)),
        state=_parameters(source, "training/state", network_kind) if source.has(group, "state") else {},
        interpreted_as=source.text(group, interpreted_as[0]) if interpreted_as else "",
    )


def _bound(source: UntrustedFile, kind: str, steps: int, data: DataInfo) -> Bound:
    group = source.group("bound")
    # Files of an earlier version do not say it: K was measured on fresh draws of a formula, else on held-out examples.
    measured_on = FRESH if data.is_formula else HELD_OUT
    if "measured_on" in group.attrs:
        measured_on = _one_of(source, group, "measured_on", tuple(MEASURED_ON))
    numbers = {
        name: source.number(group, name) for name in ("k", "null", "standard_error", "h_end", "h_edge", "h_prior")
    }
    lower = source.array(group, "entropy_lower", (steps,), finite=False).astype(np.float64)
    if not (lower[0] < math.inf and np.isfinite(lower[1:]).all()):
        raise source.refusal("/bound/entropy_lower is not finite; only its first entry may be -inf")
    known = "truth" in group.attrs
    lengths = {"kl_standard_error": steps - 1, "model_entropy": steps, "model_entropy_standard_error": steps}
    tables = {
        name: read_only(source.array(group, name, (length,)).astype(np.float64)) if name in group else None
        for name, length in lengths.items()
    }
    return Bound(
        steps=steps,
        kind=kind,
        unit=_one_of(source, group, "unit", UNITS),
        count=source.whole(group, "count", 1, 2**40),
        kl=read_only(source.array(group, "kl", (steps - 1,)).astype(np.float64)),
        entropy_lower=read_only(lower),
        entropy_upper=read_only(source.array(group, "entropy_upper", (steps,)).astype(np.float64)),
        truth=source.number(group, "truth") if known else None,
        truth_standard_error=source.number(group, "truth_standard_error") if known else None,
        bits_per_dimension=source.number(group, "bits_per_dimension") if "bits_per_dimension" in group.attrs else None,
        measured_on=measured_on,
        noise_added=data.grey_level is not None,
        kl_standard_error=tables["kl_standard_error"],
        model_entropy=tables["model_entropy"],
        model_entropy_standard_error=tables["model_entropy_standard_error"],
        k=numbers["k"],
        null=numbers["null"],
        standard_error=numbers["standard_error"],
        h_end=numbers["h_end"],
        h_edge=numbers["h_edge"],
        h_prior=numbers["h_prior"],
    )
