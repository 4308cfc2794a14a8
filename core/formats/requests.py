"""Files of our own that hold named arrays, such as what is to be filled in: npz, and one form for each kind."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import ArrayLike, NDArray

from core.errors import BadInputError
from core.runtime.files import atomic_path
from core.values.inpainting import FillRequest

LARGEST = 512 * 2**20
"""Bytes that a file may unpack to: more than anybody paints."""
NO_RECORD = (ValueError, EOFError, KeyError, zipfile.BadZipFile, MemoryError, NotImplementedError)
"""What numpy and zipfile raise on a file that is none of these."""


def save_record(form: str, values: Mapping[str, ArrayLike], path: str | os.PathLike[str]) -> None:
    """Write ``values`` and the ``form`` they have to ``path``, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, format=np.array(form), **values)


def load_record(form: str, path: str | os.PathLike[str], what: str) -> dict[str, NDArray[np.generic]]:
    """Return the values that `save_record` wrote to ``path``; what they declare is checked before it is unpacked.

    Raises:
        BadInputError: If there is no such file, or it is none of this ``form``, named ``what`` in the message, which
            begins with ``path``.
    """
    try:
        _check_size(path)
        with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if not isinstance(file, NpzFile) or str(file["format"]) != form:
                raise BadInputError(f"{path}: this is no file of {what}")
            return {name: file[name] for name in file.files if name != "format"}
    except FileNotFoundError as error:
        raise BadInputError(f"{path}: there is no such file") from error
    except NO_RECORD as error:
        raise BadInputError(f"{path}: this is no file of {what}") from error
    except OSError as error:
        raise BadInputError(f"{path}: this file cannot be read: {error.strerror or error}") from error


def _check_size(path: str | os.PathLike[str]) -> None:
    with zipfile.ZipFile(path) as archive:
        total = sum(entry.file_size for entry in archive.infolist())
    if total > LARGEST:
        raise BadInputError(f"{path}: it unpacks to {total:,} bytes, more than the {LARGEST:,} that are read")


FORMAT = "dpm fill 1"
MISSING = -1
"""Stands for a number that is not set."""


def save_request(request: FillRequest, path: str | os.PathLike[str]) -> None:
    """Write ``request`` to ``path``, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    values: dict[str, Any] = {
        "picture": request.picture,
        "mask": request.mask,
        "count": request.count,
        "seed": request.seed,
        "threads": request.threads,
        "held": request.held,
        "back_and_forth": MISSING if request.back_and_forth is None else request.back_and_forth,
        "timing": request.timing or "",
        "weighted": request.weighted,
        "particles": MISSING if request.particles is None else request.particles,
        "start": MISSING if request.start is None else request.start,
    }
    save_record(FORMAT, values, path)


def load_request(path: str | os.PathLike[str]) -> FillRequest:
    """Return the request that `save_request` wrote to ``path``.

    Raises:
        BadInputError: If there is no such file, or it is none of these; the message begins with ``path``.
    """
    values = load_record(FORMAT, path, "a request to fill in")
    try:
        return _request(values)
    except KeyError as error:
        raise BadInputError(f"{path}: it holds no {error.args[0]}") from error
    except (TypeError, ValueError, BadInputError) as error:
        raise BadInputError(f"{path}: {error}") from error


def _request(values: Mapping[str, Any]) -> FillRequest:
    start, particles, again = (int(values[name]) for name in ("start", "particles", "back_and_forth"))
    return FillRequest(
        picture=values["picture"],
        mask=values["mask"],
        count=int(values["count"]),
        seed=int(values["seed"]),
        threads=int(values["threads"]),
        held=str(values["held"]),
        back_and_forth=None if again == MISSING else again,
        timing=str(values["timing"]) or None,
        weighted=bool(values["weighted"]),
        start=None if start == MISSING else start,
        particles=None if particles == MISSING else particles,
    )
