"""A request to fill in, mask included, as one npz file that can be opened again."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile

from core.errors import BadInputError
from core.files import atomic_path
from core.filling_values import FillRequest

FORMAT = "dpm fill 1"
LARGEST_FILE = 512 * 2**20
MISSING = -1
"""Stands for a number that is not set."""


def save_request(request: FillRequest, path: str | os.PathLike[str]) -> None:
    """Write ``request`` to ``path``, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    values: dict[str, Any] = {
        "format": np.array(FORMAT),
        "picture": request.picture,
        "mask": request.mask,
        "count": np.array(request.count),
        "seed": np.array(request.seed),
        "threads": np.array(request.threads),
        "held": np.array(request.held),
        "back_and_forth": np.array(request.back_and_forth),
        "timing": np.array(request.timing or ""),
        "weighted": np.array(request.weighted),
        "particles": np.array(MISSING if request.particles is None else request.particles),
        "start": np.array(MISSING if request.start is None else request.start),
    }
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **values)


def load_request(path: str | os.PathLike[str]) -> FillRequest:
    """Return the request that `save_request` wrote to ``path``.

    Raises:
        BadInputError: If there is no such file, or it is none of these; the message begins with ``path``.
    """
    try:
        _check_size(Path(path))
        with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if not isinstance(file, NpzFile):
                raise BadInputError(f"{path}: this is no file of a request to fill in")
            values = {name: file[name] for name in file.files}
    except FileNotFoundError as error:
        raise BadInputError(f"{path}: there is no such file") from error
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, MemoryError, NotImplementedError) as error:
        raise BadInputError(f"{path}: this is no file of a request to fill in") from error
    except OSError as error:
        raise BadInputError(f"{path}: this file cannot be read: {error.strerror or error}") from error
    if str(values.get("format", "")) != FORMAT:
        raise BadInputError(f"{path}: this is no file of a request to fill in, of the form {FORMAT!r}")
    try:
        return _request(values)
    except KeyError as error:
        raise BadInputError(f"{path}: it holds no {error.args[0]}") from error
    except (TypeError, ValueError, BadInputError) as error:
        raise BadInputError(f"{path}: {error}") from error


def _request(values: dict[str, Any]) -> FillRequest:
    start, particles = int(values["start"]), int(values["particles"])
    return FillRequest(
        picture=values["picture"],
        mask=values["mask"],
        count=int(values["count"]),
        seed=int(values["seed"]),
        threads=int(values["threads"]),
        held=str(values["held"]),
        back_and_forth=int(values["back_and_forth"]),
        timing=str(values["timing"]) or None,
        weighted=bool(values["weighted"]),
        start=None if start == MISSING else start,
        particles=None if particles == MISSING else particles,
    )


def _check_size(path: Path) -> None:
    """Refuse a file that would unpack to more than anybody paints."""
    with zipfile.ZipFile(path) as archive:
        total = sum(entry.file_size for entry in archive.infolist())
    if total > LARGEST_FILE:
        raise BadInputError(f"{path}: it unpacks to {total:,} bytes, more than the {LARGEST_FILE:,} that are read")
