"""What several commands share: opening files, reading arrays, and progress on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.arrays import read_npy, refuse
from core.values.checkpoints import Checkpoint

if TYPE_CHECKING:
    from core.formats.sandbox import FileSandbox
    from core.model import DiffusionModel

Value = TypeVar("Value")


def last(values: Iterable[Value]) -> Value:
    """Return the last of ``values``, keeping no other."""
    iterator = iter(values)
    value = next(iterator)
    for value in iterator:  # noqa: B007 - the last one is what is wanted
        pass
    return value


def open_model(path: str, sandbox: FileSandbox | None = None) -> tuple[Checkpoint, DiffusionModel]:
    """Return the checkpoint at ``path`` and its model; arguments and errors as in `core.formats.checkpoints.load`."""
    from core.formats.checkpoints import load

    checkpoint = load(path, sandbox)
    from core.model import model_from  # torch, which a file that is refused need not wait for

    return checkpoint, model_from(checkpoint, path)


def with_progress_bar(values: Iterable[Value], total: int, label: str) -> Iterator[Value]:
    """Pass ``values`` on, with a bar on stderr where that is a terminal."""
    from tqdm import tqdm

    yield from tqdm(values, total=total, desc=label, unit="step", leave=False, disable=not sys.stderr.isatty())


def read_array(path: str, kinds: str = "fiu", *, finite: bool = True) -> NDArray[Any]:
    """Return the numbers in the npy file at ``path``, or raise `BadInputError` that says what is wrong.

    Args:
        path: The file.
        kinds: Kinds of numbers that are wanted, by numpy's letters.
        finite: Whether all of them must be finite.
    """
    values = read_npy(path)
    if values.dtype.kind not in kinds:
        refuse(path, f"it holds {values.dtype}, where real numbers are wanted")
    if finite and not np.isfinite(values).all():
        refuse(path, "it holds values that are not finite")
    return values


def check_suffix(option: str, path: str, suffix: str) -> None:
    """Raise `BadInputError` unless ``path``, given as ``option``, ends in ``suffix``."""
    if Path(path).suffix.lower() != suffix:
        raise BadInputError(f"{option}: {path} does not end in {suffix}")
