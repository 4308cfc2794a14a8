"""What several commands share: opening checkpoints, and progress on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Protocol, TypeVar

from core.errors import BadInputError
from core.runtime.assets import find_model
from core.runtime.command_line import complain, on_terminal
from core.values.checkpoints import Checkpoint
from core.values.measurements import Progress

if TYPE_CHECKING:
    from core.formats.sandbox import FileSandbox
    from core.model import DiffusionModel

Value = TypeVar("Value")


class Counted(Protocol):
    """A report that holds the total number of reports."""

    @property
    def total(self) -> int:
        """Number of reports of the whole computation."""


Report = TypeVar("Report", bound=Counted)


def last(values: Iterable[Value]) -> Value:
    """Return the last of ``values``, keeping no other."""
    iterator = iter(values)
    value = next(iterator)
    for value in iterator:  # noqa: B007 - the last one is what is wanted
        pass
    return value


def open_model(name: str, sandbox: FileSandbox | None = None) -> tuple[Checkpoint, DiffusionModel]:
    """Return the checkpoint that ``name`` names, a path or a shipped model, and its model.

    Raises:
        BadCheckpointError: If there is none, or it is not sound, as in `core.formats.checkpoints.load`.
    """
    from core.formats.checkpoints import load

    path, remark = find_model(name)
    if remark:
        complain("dpm", remark)
    checkpoint = load(path, sandbox)
    from core.model import model_from  # after the file's check, since it imports torch

    return checkpoint, model_from(checkpoint, path)


def with_progress_bar(values: Iterable[Value], label: str, total: int) -> Iterator[Value]:
    """Yield ``values``, ``total`` of them, with a progress bar on stderr if that is a terminal."""
    from tqdm import tqdm

    yield from tqdm(values, total=total, desc=label, unit="step", leave=False, disable=not on_terminal())


def with_progress(reports: Iterator[Report], label: str) -> Iterator[Report]:
    """Yield ``reports`` with a progress bar; the first one holds their total."""
    first = next(reports)
    yield from with_progress_bar(chain([first], reports), label, first.total)


def result_of(reports: Iterator[Progress[Value]], label: str) -> Value:
    """Return the ``result`` of the last of ``reports``, with a progress bar meanwhile."""
    found = last(with_progress(reports, label)).result
    if found is None:
        raise RuntimeError(f"{label} gave no result")
    return found


@contextmanager
def named_as_options(names: Mapping[str, str]) -> Iterator[None]:
    """Replace the engine's name at the beginning of the message of a `BadInputError` by that of the option.

    Args:
        names: Options by the engine's names.
    """
    try:
        yield
    except BadInputError as error:
        name, colon, rest = str(error).partition(":")
        if not colon or name not in names:
            raise
        raise BadInputError(f"{names[name]}:{rest}") from error


@contextmanager
def blamed_on(name: str) -> Iterator[None]:
    """Put ``name``, an option or a path, before the message of a `BadInputError`."""
    try:
        yield
    except BadInputError as error:
        raise BadInputError(f"{name}: {error}") from error
