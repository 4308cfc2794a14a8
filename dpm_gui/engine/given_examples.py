"""Data that the user gives in place of a model's own: read by the one reader, and drawn by the forward process.

Importing torch takes seconds, so every function here imports what it needs when it is called. The generators are meant
for the thread of a job.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError, BadInputError, one_line
from core.values.runs import RunSpec
from dpm_gui.engine.opening import LazyModel, NothingRemembered, Opened, open_checkpoint
from dpm_gui.engine.remembering import RunMemory
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.engine.values import CheckpointPreview

FAR = 3.0
"""Standard deviations from the mean of the model's data; a canvas shows little more at first."""
MOST_OF_NAME = 15
"""Characters of a file's name in a note."""
CHECKPOINT_SUFFIXES = {".h5", ".hdf5"}
"""Endings of files that are opened as checkpoints, and reported as such if they are damaged."""


@dataclass(frozen=True, slots=True, eq=False)
class GivenData:
    """Examples from a user's file, in the units of the model that they were read for.

    Attributes:
        path: The file or the folder, or ``FILE:/ARRAY``.
        name: Its name without the folder that it lies in.
        values: ``[N, *shape]``, user's units; images of whole grey levels without their noise.
        interpreted_as: What they were interpreted as and how they were converted, one line.
        opened: The model that they were read for, whose forward process starts from them.
        far: Number of points that lie so far from the model's data that they may be out of view; 0 for other data.
    """

    path: str
    name: str
    values: NDArray[np.floating]
    interpreted_as: str
    opened: Opened
    far: int = 0

    @property
    def note(self) -> str:
        """What is said beside whatever shows these data."""
        half = (MOST_OF_NAME - 1) // 2
        short = self.name if len(self.name) <= MOST_OF_NAME else f"{self.name[:half]}…{self.name[-half:]}"
        return f"given data: {short}"

    @property
    def stem(self) -> str:
        """Its name for files that are exported: without what a file's name may not hold."""
        return re.sub(r"[^\w.-]+", "-", self.name.removesuffix(Path(self.name).suffix)).strip("-") or "data"

    @property
    def sentence(self) -> str:
        """What they were interpreted as, with their path."""
        return f"{one_line(self.path)}: {self.description}"

    @property
    def description(self) -> str:
        """The same without their path, and how many are far from the model's data."""
        count = "all" if self.far == len(self.values) else str(self.far)
        far = f"; {count} of them beyond {FAR:g} standard deviations of the model's data" if self.far else ""
        return f"interpreted as {self.interpreted_as}{far}"


@dataclass(frozen=True, slots=True)
class ArrayChoice:
    """A file of several arrays, of which the user must choose one: ``FILE:/NAME``.

    Attributes:
        path: The file.
        shapes: The shapes of its arrays by their names.
        reason: Why it was not read, one sentence, for where nobody can be asked.
    """

    path: str
    shapes: Mapping[str, tuple[int, ...]]
    reason: str

    def path_of(self, name: str) -> str:
        """Return the path of the array ``name`` in the file."""
        return f"{self.path}:/{name}"


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file or folder that is no checkpoint and may hold data."""

    path: str


def read_given(opened: Opened, path: str) -> Iterator[GivenData | ArrayChoice]:
    """Read the examples at ``path`` for the model in ``opened``, in its units.

    Raises:
        BadInputError: If they cannot be read or are no examples of the model; one sentence that begins with ``path``.
    """
    from core.data.files_for_model import read_examples
    from core.data.sources import Examples
    from core.formats.arrays import SeveralArraysError
    from core.formats.reading.contents import located
    from core.measurement.examples import are_whole_levels, check_examples
    from core.model import DiffusionModel

    model = opened.model
    try:
        found = read_examples(path, model.data, model.process.kind)
    except SeveralArraysError as error:
        yield ArrayChoice(path, error.shapes, str(error))
        return
    with located(path):
        check_examples(found.values, model.data, least=1)
        states = model.data.to_model(found.values)
        model.process.check_states(states, "data")
    far = int((np.abs(states) > FAR).any(axis=1).sum()) if state_kind_of(opened.checkpoint).is_points else 0
    name = name_of(path)
    level = model.data.grey_level if are_whole_levels(found.values, model.data) else None
    given_model = DiffusionModel(model.process, model.network, model.data, Examples(name, found.values, level))
    yield GivenData(
        path,
        name,
        found.values,
        found.interpreted_as,
        replace(opened, lazy_model=LazyModel(lambda: given_model), sha256=""),
        far,
    )


def name_of(path: str) -> str:
    """Return the name of the file or folder at ``path``, with that of its array in ``FILE:/ARRAY``."""
    from core.formats.reading.contents import split_array

    try:
        place, array = split_array(path)
    except BadInputError:  # the path is empty, which the reader refuses
        return path
    name = one_line(place.name or place.resolve().name or place)
    return name if array is None else f"{name}:/{array}"


def open_dropped(
    path: str, memory: RunMemory | None = None, spec: RunSpec | None = None
) -> Iterator[NothingRemembered | CheckpointPreview | Opened | DataFile]:
    """Open the checkpoint at ``path`` as `open_checkpoint` does, or yield a `DataFile` if it is none.

    Files with the ending of a checkpoint that are no HDF5 are damaged checkpoints; HDF5 without the mark of a
    checkpoint is data.

    Raises:
        BadCheckpointError: If it is a checkpoint that cannot be used.
    """
    from core.formats.checkpoint_reading import NO_CHECKPOINT

    if Path(path).suffix.lower() not in CHECKPOINT_SUFFIXES and not _is_hdf5(Path(path)):
        yield DataFile(path)
        return
    try:
        yield from open_checkpoint(path, memory, spec)
    except BadCheckpointError as error:
        if error.reason != NO_CHECKPOINT:
            raise
        yield DataFile(path)


def _is_hdf5(place: Path) -> bool:
    from core.formats.hdf5 import is_hdf5

    try:
        return place.is_file() and is_hdf5(place)
    except OSError:  # which the reader reports
        return False
