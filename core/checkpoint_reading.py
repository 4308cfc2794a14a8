"""From an open HDF5 file to a `Checkpoint`: every value is checked before anything is allocated for it."""

from __future__ import annotations

import json
import math
from typing import TypeVar

import h5py
import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError
from core.values import Bound, Checkpoint, DataInfo, NetworkInfo, TrainingState

FORMAT = "dpm-checkpoint"
VERSION = 1
KINDS = ("gaussian", "binomial")
MAX_STEPS = 100_000
MAX_EXAMPLES = 512
MAX_BYTES = 1024**3
MAX_TEXT = 100_000
MAX_MEMBERS = 10_000
MAX_INFLATION = 1000
LEAST_RATE = 1e-12  # far below it 1 - beta is 1, and the process destroys nothing
MAX_NUMBER = np.float64(np.finfo(np.float32).max)
NUMBERS = "iuf"
Array = TypeVar("Array", bound=NDArray[np.generic])


def read_parts(file: h5py.File, path: object) -> Checkpoint:
    """Return all of the checkpoint in ``file``.

    Raises:
        BadCheckpointError: At the first thing that is missing, of the wrong kind, shape or size, or not finite.
    """
    return _Reader(file, path).checkpoint()


class _Reader:
    """Reads one file; every complaint names the place inside it."""

    def __init__(self, file: h5py.File, path: object) -> None:
        self._file = file
        self._path = path
        self._bytes = 0

    def checkpoint(self) -> Checkpoint:
        if self._file.attrs.get("format") is None or self._text(self._file, "format") != FORMAT:
            raise self._refusal(f'this is HDF5 but no checkpoint: the attribute format is not "{FORMAT}"')
        version = self._whole(self._file, "version", 0, 2**31)
        if version != VERSION:
            raise self._refusal(f"its format version is {version}; this program reads version {VERSION}")
        process = self._group("process")
        kind = self._text(process, "kind")
        if kind not in KINDS:
            raise self._refusal(f"/process kind is {kind!r}, neither of {' and '.join(KINDS)}")
        betas = self._betas(process)
        return Checkpoint(
            title=self._text(self._file, "title"),
            created=self._text(self._file, "created"),
            licence=self._text(self._file, "licence"),
            kind=kind,
            betas=betas,
            network=self._network(),
            data=self._data(),
            training=self._training() if "training" in self._file else None,
            bound=self._bound(kind, len(betas)) if "bound" in self._file else None,
        )

    def _betas(self, process: h5py.Group) -> NDArray[np.float64]:
        steps = self._whole(process, "steps", 1, MAX_STEPS)
        betas = self._array(process, "betas", (steps,)).astype(np.float64)
        bad = np.flatnonzero(~((betas >= LEAST_RATE) & (betas <= 1)))
        if bad.size:
            raise self._refusal(
                f"/process/betas: the rate of step {bad[0] + 1} is {betas[bad[0]]}, outside [{LEAST_RATE:g}, 1]"
            )
        return _frozen(betas)

    def _network(self) -> NetworkInfo:
        group = self._group("network")
        try:
            config = json.loads(self._text(group, "config"))
        except (ValueError, RecursionError) as error:
            raise self._refusal("/network config is no JSON") from error
        if not isinstance(config, dict):
            raise self._refusal("/network config is no JSON object")
        weights = self._arrays(self._group("network/weights"))
        return NetworkInfo(self._text(group, "kind"), config, weights)

    def _data(self) -> DataInfo:
        group = self._group("data")
        shape = tuple(int(size) for size in self._numbers(group, "shape", kinds="iu"))
        if not 1 <= len(shape) <= 4 or min(shape) < 1 or math.prod(shape) > 2**24:
            raise self._refusal(f"/data shape is {shape}, which is no shape of an example")
        low, high = self._pair(group, "value_range")
        shift, scale = self._units(group, "shift", shape), self._units(group, "scale", shape)
        if not (scale > 0).all():
            raise self._refusal("/data/scale has entries that are not positive")
        count = self._dataset(group, "examples").shape[:1]
        if not count or not 1 <= count[0] <= MAX_EXAMPLES:
            raise self._refusal(
                f"/data/examples holds {count[0] if count else 'no'} examples; 1 to {MAX_EXAMPLES} may be"
            )
        examples = self._array(group, "examples", (count[0], *shape)).astype(np.float32)
        return DataInfo(self._text(group, "name"), shape, (low, high), shift, scale, _frozen(examples))

    def _units(self, group: h5py.Group, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
        found = self._dataset(group, name).shape
        try:
            fits = np.broadcast_shapes(found, shape) == shape
        except ValueError:
            fits = False
        if not fits:
            raise self._refusal(f"/data/{name} has shape {found}, which does not fit examples of shape {shape}")
        return _frozen(self._array(group, name, found).astype(np.float64))

    def _training(self) -> TrainingState:
        group = self._group("training")
        done, total = self._whole(group, "steps_done", 0, 2**40), self._whole(group, "steps_total", 0, 2**40)
        rows = self._dataset(group, "history").shape[:1]
        return TrainingState(
            recipe=self._text(group, "recipe"),
            seed=self._whole(group, "seed", 0, 2**31),
            steps_done=done,
            steps_total=total,
            history=_frozen(self._array(group, "history", (*rows, 2)).astype(np.float64)),
            state=self._arrays(self._group("training/state")) if "state" in group else {},
        )

    def _bound(self, kind: str, steps: int) -> Bound:
        group = self._group("bound")
        names = ("k", "null", "standard_error", "h_end", "h_edge", "h_prior")
        numbers = {name: self._number(group, name) for name in names}
        lower = self._array(group, "entropy_lower", (steps,), finite=False).astype(np.float64)
        if not np.isfinite(lower[1:]).all():
            raise self._refusal("/bound/entropy_lower is not finite")
        known = "truth" in group.attrs
        return Bound(
            steps=steps,
            kind=kind,
            unit=self._text(group, "unit"),
            count=self._whole(group, "count", 1, 2**40),
            kl=_frozen(self._array(group, "kl", (steps - 1,)).astype(np.float64)),
            entropy_lower=_frozen(lower),
            entropy_upper=_frozen(self._array(group, "entropy_upper", (steps,)).astype(np.float64)),
            truth=self._number(group, "truth") if known else None,
            truth_standard_error=self._number(group, "truth_standard_error") if known else None,
            **numbers,
        )

    def _group(self, place: str) -> h5py.Group:
        found: h5py.Group | h5py.Dataset | None = self._file
        for name in place.split("/"):
            found = self._member(found, name)
            if not isinstance(found, h5py.Group):
                raise self._refusal(f"the group /{place} is missing")
        return found

    def _member(self, group: h5py.Group, name: str) -> object:
        link = group.get(name, getlink=True)
        if link is None:
            return None
        if not isinstance(link, h5py.HardLink):
            raise self._refusal(f"{group.name.rstrip('/')}/{name} is a link elsewhere, which is never followed")
        return group[name]

    def _dataset(self, group: h5py.Group, name: str) -> h5py.Dataset:
        place = f"{group.name}/{name}"
        found = self._member(group, name)
        if not isinstance(found, h5py.Dataset):
            raise self._refusal(f"the data set {place} is missing")
        if found.is_virtual or found.external:
            raise self._refusal(f"{place} keeps its values in another file, which is never followed")
        if found.dtype.kind not in NUMBERS or found.dtype.itemsize > 8 or found.shape is None:
            raise self._refusal(f"{place} has type {found.dtype}, where numbers are wanted")
        plan = found.id.get_create_plist()
        filters = {plan.get_filter(index)[0] for index in range(plan.get_nfilters())}
        if not filters <= {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}:
            raise self._refusal(f"{place} is packed with a filter that is not among gzip, shuffle and fletcher32")
        declared, stored = math.prod(found.shape) * found.dtype.itemsize, found.id.get_storage_size()
        if declared > MAX_BYTES - self._bytes:
            raise self._refusal(f"{place} declares {declared} bytes; a checkpoint may hold {MAX_BYTES}")
        if declared > (stored * MAX_INFLATION if filters else stored):
            raise self._refusal(f"{place} declares {declared} bytes and holds {stored}; the file is cut off or damaged")
        return found

    def _array(
        self, group: h5py.Group, name: str, shape: tuple[int, ...], *, finite: bool = True
    ) -> NDArray[np.generic]:
        dataset = self._dataset(group, name)
        if dataset.shape != shape:
            raise self._refusal(f"{dataset.name} has shape {dataset.shape}, where {shape} is wanted")
        self._bytes += dataset.size * dataset.dtype.itemsize
        values: NDArray[np.generic] = np.asarray(dataset[()], dtype=dataset.dtype.newbyteorder("="))
        if finite and not (np.abs(values) <= MAX_NUMBER).all():
            raise self._refusal(f"{dataset.name} holds values that are not finite, or too large for float32")
        return values

    def _arrays(self, group: h5py.Group) -> dict[str, NDArray[np.generic]]:
        if len(group) > MAX_MEMBERS:
            raise self._refusal(f"{group.name} has {len(group)} members; {MAX_MEMBERS} are the most")
        return {name: self._array(group, name, self._dataset(group, name).shape) for name in group}

    def _attribute(self, owner: h5py.Group, name: str) -> h5py.h5a.AttrID:
        place = f"{owner.name} {name}"
        if name not in owner.attrs:
            raise self._refusal(f"the attribute {place} is missing")
        attribute = owner.attrs.get_id(name)
        if attribute.get_storage_size() > MAX_TEXT:
            raise self._refusal(f"the attribute {place} is longer than {MAX_TEXT} bytes")
        return attribute

    def _text(self, owner: h5py.Group, name: str) -> str:
        self._attribute(owner, name)
        value = owner.attrs[name]
        if isinstance(value, bytes):
            value = value.decode()
        if not isinstance(value, str) or len(value) > MAX_TEXT or value.encode(errors="ignore").decode() != value:
            raise self._refusal(f"the attribute {owner.name} {name} is no UTF-8 text of at most {MAX_TEXT} characters")
        return value

    def _numbers(self, owner: h5py.Group, name: str, kinds: str = NUMBERS) -> NDArray[np.generic]:
        if self._attribute(owner, name).dtype.kind not in kinds:
            raise self._refusal(f"the attribute {owner.name} {name} holds no numbers of the right kind")
        values = np.asarray(owner.attrs[name])
        if values.ndim > 1 or not np.isfinite(values).all():
            raise self._refusal(f"the attribute {owner.name} {name} is no row of finite numbers")
        return values.reshape(-1)

    def _whole(self, owner: h5py.Group, name: str, least: int, most: int) -> int:
        values = self._numbers(owner, name, kinds="iu")
        if values.size != 1 or not least <= int(values[0]) <= most:
            raise self._refusal(f"the attribute {owner.name} {name} is not a whole number from {least} to {most}")
        return int(values[0])

    def _number(self, owner: h5py.Group, name: str) -> float:
        values = self._numbers(owner, name)
        if values.size != 1:
            raise self._refusal(f"the attribute {owner.name} {name} is not one number")
        return float(values[0])

    def _pair(self, owner: h5py.Group, name: str) -> tuple[float, float]:
        values = self._numbers(owner, name)
        if values.size != 2 or not float(values[0]) < float(values[1]):
            raise self._refusal(f"the attribute {owner.name} {name} is not two numbers, the smaller first")
        return float(values[0]), float(values[1])

    def _refusal(self, reason: str) -> BadCheckpointError:
        return BadCheckpointError(self._path, reason)


def _frozen(values: Array) -> Array:
    values.setflags(write=False)
    return values
