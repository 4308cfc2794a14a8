"""Files of our own that hold named arrays, such as what is to be filled in: npz, and one form for each kind."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import ArrayLike, NDArray

from core.errors import BadInputError
from core.runtime.files import atomic_path
from core.values.inpainting import InpaintingRequest

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


def load_record(forms: Container[str], path: str | os.PathLike[str], what: str) -> dict[str, NDArray[np.generic]]:
    """Return the values that `save_record` wrote to ``path``; what they declare is checked before it is unpacked.

    Raises:
        BadInputError: If there is no such file, or it has none of these ``forms``, named ``what`` in the message, which
            begins with ``path``.
    """
    try:
        _check_size(path)
        with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if not isinstance(file, NpzFile) or str(file["format"]) not in forms:
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


FORMAT, OLD_FORMAT = "dpm inpainting request 2", "dpm fill 1"
OLD_NAMES = {"picture": "image", "held": "known_mode", "back_and_forth": "resample_times"}
OLD_KNOWN_MODES = {"path": "noised", "x0": "clean"}
"""Names and values in requests of the older format, and those that they have now."""
MISSING = -1
"""Stands for a number that is not set."""


def save_request(request: InpaintingRequest, path: str | os.PathLike[str]) -> None:
    """Write ``request`` to ``path``, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    values: dict[str, Any] = {
        "image": request.image,
        "mask": request.mask,
        "count": request.count,
        "seed": request.seed,
        "threads": request.threads,
        "known_mode": request.known_mode,
        "resample_times": MISSING if request.resample_times is None else request.resample_times,
        "timing": request.timing or "",
        "weighted": request.weighted,
        "particles": MISSING if request.particles is None else request.particles,
        "start": MISSING if request.start is None else request.start,
    }
    save_record(FORMAT, values, path)


def load_request(path: str | os.PathLike[str]) -> InpaintingRequest:
    """Return the request that `save_request` wrote to ``path``.

    Raises:
        BadInputError: If there is no such file, or it is none of these; the message begins with ``path``.
    """
    values = load_record((FORMAT, OLD_FORMAT), path, "an inpainting request")
    values = {OLD_NAMES.get(name, name): value for name, value in values.items()}
    try:
        return _request(values)
    except KeyError as error:
        raise BadInputError(f"{path}: it holds no {error.args[0]}") from error
    except (TypeError, ValueError, BadInputError) as error:
        raise BadInputError(f"{path}: {error}") from error


def _request(values: Mapping[str, Any]) -> InpaintingRequest:
    start, particles, resample_times = (int(values[name]) for name in ("start", "particles", "resample_times"))
    return InpaintingRequest(
        image=values["image"],
        mask=values["mask"],
        count=int(values["count"]),
        seed=int(values["seed"]),
        threads=int(values["threads"]),
        known_mode=OLD_KNOWN_MODES.get(known_mode := str(values["known_mode"]), known_mode),
        resample_times=None if resample_times == MISSING else resample_times,
        timing=str(values["timing"]) or None,
        weighted=bool(values["weighted"]),
        start=None if start == MISSING else start,
        particles=None if particles == MISSING else particles,
    )
