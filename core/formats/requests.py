"""The program's npz files of named values: records of any kind, and inpainting requests with their masks."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import ArrayLike, NDArray

from core.errors import BadInputError
from core.formats.arrays import UNREADABLE
from core.runtime.files import atomic_path, reading_problem
from core.values.arrays import NUMBERS
from core.values.inpainting import InpaintingRequest

LARGEST = 512 * 2**20
"""Most bytes that a file may unpack to."""
NO_RECORD = (*UNREADABLE, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""Exceptions that numpy and zipfile raise on a file that is no record."""
FORMAT, OLD_FORMAT = "dpm inpainting request 2", "dpm fill 1"
OLD_NAMES = {"picture": "image", "held": "known_mode", "back_and_forth": "resample_times"}
OLD_KNOWN_MODES = {"path": "noised", "x0": "clean"}
"""Names and values in requests of the older format, and their present ones."""
FORM_MEMBER = "format.npy"
"""The member of the npz file that names the form."""
MISSING = -1
"""Marks a number that is not set."""


class Record(dict[str, NDArray[np.generic]]):
    """The values of one file by name; each method raises `BadInputError` if a value is missing or of another type."""

    def __missing__(self, name: str) -> NDArray[np.generic]:
        raise BadInputError(f"it holds no {name}")

    def number(self, name: str, kinds: str = NUMBERS) -> float:
        """Return the one number called ``name``; numpy's letter for its type must be in ``kinds``."""
        found = self[name]
        if found.shape or found.dtype.kind not in kinds:
            raise BadInputError(f"{name}: {found.dtype} of shape {found.shape} is not the one number that is wanted")
        return float(found)

    def whole(self, name: str) -> int:
        """Return the one whole number called ``name``."""
        return int(self.number(name, "iu"))

    def optional(self, name: str) -> int | None:
        """Return the one whole number called ``name``, or None if it is not set."""
        found = self.whole(name)
        return None if found == MISSING else found

    def flag(self, name: str) -> bool:
        """Return the one truth value called ``name``."""
        return bool(self.number(name))

    def text(self, name: str) -> str:
        """Return the one text called ``name``."""
        return str(self[name])


def save_record(form: str, values: Mapping[str, ArrayLike], path: str | os.PathLike[str]) -> None:
    """Write ``values`` and the name of their ``form`` to ``path``, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, format=np.array(form), **values)


def is_record(path: str | os.PathLike[str]) -> bool:
    """Return whether the file at ``path`` is an npz file that names its form, as `save_record` writes it."""
    try:
        with zipfile.ZipFile(path) as archive:
            return FORM_MEMBER in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def load_record(
    forms: Sequence[str], path: str | os.PathLike[str], what: str, old_names: Mapping[str, str] | None = None
) -> Record:
    """Return the values that `save_record` wrote to ``path``; what they declare is checked before it is unpacked.

    Args:
        forms: The forms that are read, the present one first.
        path: The file.
        what: What the file holds, for the message.
        old_names: Names of values in files of an older form, and their present ones.

    Raises:
        BadInputError: If there is no such file, or it has none of these forms; the message begins with ``path``.
    """
    try:
        _check_size(path)
        with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if not isinstance(file, NpzFile) or (form := str(file["format"])) not in forms:
                raise BadInputError(f"{path}: this is no file of {what}")
            names = {} if old_names is None or form == forms[0] else old_names
            return Record((names.get(name, name), file[name]) for name in file.files if name != "format")
    except NO_RECORD as error:
        raise BadInputError(f"{path}: this is no file of {what}") from error
    except OSError as error:
        raise BadInputError(f"{path}: {reading_problem(error)}") from error


def _check_size(path: str | os.PathLike[str]) -> None:
    with zipfile.ZipFile(path) as archive:
        total = sum(entry.file_size for entry in archive.infolist())
    if total > LARGEST:
        raise BadInputError(f"{path}: it unpacks to {total:,} bytes, more than the {LARGEST:,} that are read")


def save_request(request: InpaintingRequest, path: str | os.PathLike[str]) -> None:
    """Write ``request`` to ``path``, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    names = ("image", "mask", "count", "seed", "threads", "known_mode", "resample_times", "timing", "weighted")
    values = {name: getattr(request, name) for name in (*names, "particles", "start")}
    values["timing"] = request.timing or ""
    if request.confidence is not None:
        values["confidence"] = request.confidence
    save_record(FORMAT, {name: MISSING if value is None else value for name, value in values.items()}, path)


def load_request(path: str | os.PathLike[str]) -> InpaintingRequest:
    """Return the request that `save_request` wrote to ``path``.

    Raises:
        BadInputError: If there is no such file, or it is none of these; the message begins with ``path``.
    """
    values = load_record((FORMAT, OLD_FORMAT), path, "an inpainting request", OLD_NAMES)
    try:
        known_mode = values.text("known_mode")
        return InpaintingRequest(
            image=values["image"],
            mask=cast("NDArray[np.bool_]", values["mask"]),  # the request checks it
            count=values.whole("count"),
            seed=values.whole("seed"),
            threads=values.whole("threads"),
            known_mode=OLD_KNOWN_MODES.get(known_mode, known_mode),
            resample_times=values.optional("resample_times"),
            timing=values.text("timing") or None,
            weighted=values.flag("weighted"),
            start=values.optional("start"),
            particles=values.optional("particles"),
            confidence=cast("NDArray[np.float32] | None", values.get("confidence")),
        )
    except BadInputError as error:
        raise BadInputError(f"{path}: {error}") from error
