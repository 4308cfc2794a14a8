"""Files of shipped recordings: some frames of the default run of a shipped checkpoint, rounded, so that they are small.

An npz with the facts of the run, the steps of its frames from T down to 0, and for each side the changes from one frame
to the next in whole multiples of ``size_SIDE`` [S]. What is read differs from what was recorded by half of that size
at most, whatever the number of frames. It is shown until the run itself is there, and used for nothing else.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.formats.arrays import BROKEN_ZIP
from core.formats.recordings.recording import STORED_AS
from core.formats.recordings.run_files import SIDES, BadRunFileError, RunFacts
from core.runtime.files import atomic_path
from core.values.measurements import StepEntropies

FORMAT = "dpm-gui shipped recording 1"
SUFFIX = ".npz"
HUES = 255
"""Steps of the colours of points."""


@dataclass(frozen=True, slots=True, eq=False)
class ShippedRun:
    """Some frames of the first states of a run.

    Attributes:
        sha256: The SHA-256 of the checkpoint's file.
        seed: The seed of the run; its chains start from noise.
        facts: What is known of it; the counts are the numbers of states that are recorded.
        steps: The steps of the frames, from T down to 0.
        states: The states of each side ``[S, N, *shape]``, float32, model units.
        sizes: To what each side was rounded at each step ``[S]``, model units.
    """

    sha256: str
    seed: int
    facts: RunFacts
    steps: tuple[int, ...]
    states: Mapping[str, NDArray[np.float32]]
    sizes: Mapping[str, NDArray[np.float32]]


def file_name(model: str, sha256: str) -> str:
    """Return the name of the recording of a shipped ``model``; a changed checkpoint does not find that of the old."""
    return f"{model}.{sha256[:16]}{SUFFIX}"


def write(path: Path, run: ShippedRun) -> None:
    """Write ``run`` to ``path``, its states rounded to its sizes.

    Raises:
        OutputError: If the file cannot be written.
    """
    facts = run.facts
    arrays: dict[str, NDArray[np.generic]] = {
        "format": np.array(FORMAT),
        "sha256": np.array(run.sha256),
        "seed": np.array(run.seed),
        "kind": np.array(facts.kind),
        "takes_any_size": np.array(facts.takes_any_size),
        "steps": np.array(run.steps, np.int32),
        "upper": facts.entropies.upper,
        "lower": facts.entropies.lower,
        "t_given_0": facts.entropies.t_given_0,
    }
    for side in SIDES:
        arrays[f"along_{side}"] = np.round(HUES * facts.along[side]).astype(np.uint8)
        arrays[f"size_{side}"] = run.sizes[side].astype(np.float32)
        arrays[f"changes_{side}"] = _changes(run.states[side], run.sizes[side])
    # LZMA packs the few different numbers of images best; those of points are many, and are read faster from deflate.
    few = all(len(arrays[f"changes_{side}"]) == 1 for side in SIDES)
    packing = zipfile.ZIP_LZMA if few else zipfile.ZIP_DEFLATED
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w", packing) as file:
        for name, values in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy")  # with no date, so that equal recordings are equal files
            member.compress_type = packing
            with file.open(member, "w") as target:
                np.lib.format.write_array(target, np.asanyarray(values), allow_pickle=False)


def read(path: Path) -> ShippedRun:
    """Read the recording at ``path``.

    Raises:
        OSError: If it cannot be read.
        BadRunFileError: If it is no such recording, or a damaged one.
    """
    try:
        with path.open("rb") as source, np.load(source, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        if str(arrays["format"]) != FORMAT:
            raise BadRunFileError("it is no shipped recording of this version")
        states = {side: _states(arrays[f"changes_{side}"], arrays[f"size_{side}"]) for side in SIDES}
        return _run_in(arrays, states)
    except BROKEN_ZIP as error:
        raise BadRunFileError("it is damaged") from error


def _run_in(arrays: Mapping[str, NDArray[np.generic]], states: Mapping[str, NDArray[np.float32]]) -> ShippedRun:
    """Return the run that ``arrays`` hold; ``states`` are those of its sides."""
    steps, kind = tuple(int(t) for t in arrays["steps"]), str(arrays["kind"])
    tables = [arrays[name].astype(np.float64) for name in ("upper", "lower", "t_given_0")]
    if kind not in STORED_AS or not steps or {len(table) for table in tables} != {steps[0]}:
        raise BadRunFileError("it is damaged")
    if steps[-1] or list(steps) != sorted(set(steps), reverse=True):
        raise BadRunFileError("it is damaged")
    if any(len(values) != len(steps) or values.ndim < 3 for values in states.values()):
        raise BadRunFileError("it is damaged")
    facts = RunFacts(
        kind,
        states[SIDES[0]].shape[2:],
        dict.fromkeys(SIDES, steps[0]),
        {side: states[side].shape[1] for side in SIDES},
        StepEntropies(*tables),
        bool(arrays["takes_any_size"]),
        {side: arrays[f"along_{side}"].astype(np.float32) / np.float32(HUES) for side in SIDES},
    )
    sizes = {side: arrays[f"size_{side}"].astype(np.float32) for side in SIDES}
    return ShippedRun(str(arrays["sha256"]), int(arrays["seed"]), facts, steps, states, sizes)


def _changes(states: NDArray[np.float32], sizes: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return the changes from what was read last, in multiples of ``sizes``: their bytes, the low ones first."""
    before = np.zeros_like(states[0])
    changes = np.empty(states.shape, np.int16)
    for place, (frame, size) in enumerate(zip(states, sizes, strict=True)):
        changes[place] = np.round((frame - before) / size)
        before = before + size * changes[place].astype(np.float32)
    if changes.min() >= -128 and changes.max() <= 127:
        return changes.astype(np.int8).view(np.uint8)[None]
    return np.ascontiguousarray(np.moveaxis(changes.astype("<i2")[..., None].view(np.uint8), -1, 0))


def _states(changes: NDArray[np.generic], sizes: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return the states ``[S, N, *shape]`` from the changes between them."""
    if changes.dtype != np.uint8 or len(changes) not in (1, 2) or sizes.shape != changes.shape[1:2]:
        raise BadRunFileError("it is damaged")
    low_first = np.ascontiguousarray(np.moveaxis(changes, 0, -1))
    multiples = low_first.view(np.int8 if len(changes) == 1 else "<i2")[..., 0]
    steps = multiples * sizes.astype(np.float32).reshape(-1, *[1] * (multiples.ndim - 1))
    states: NDArray[np.float32] = np.cumsum(steps, axis=0, dtype=np.float32)
    return states
