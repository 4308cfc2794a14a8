"""Diffusion rates from a table in a user's file: text, CSV or npy."""

from __future__ import annotations

import io
import os
import re

import numpy as np

from core.errors import BadInputError
from core.formats.arrays import NO_NPY, NPY_SIGNATURE, UNREADABLE, npy_header
from core.processes.schedules import MAX_STEPS, Schedule, checked
from core.runtime.files import first_bytes

MAX_BYTES = 64 * MAX_STEPS
"""Most bytes of a file: room for `MAX_STEPS` rates with all their digits, and for comments."""
NAME = re.compile(r"[^\W\d]\w*")
NOT_FINITE = {"nan", "inf", "infinity"}


def read_schedule(path: str | os.PathLike[str]) -> Schedule:
    """Return the rates beta_1 … beta_T that the file at ``path`` lists, float64 ``[T]``.

    An npy file holds a vector of them. Text holds numbers with a decimal point between white space, commas or
    semicolons; a # starts a comment, and the first line may be the name of the column.

    Raises:
        BadInputError: If the file cannot be read, holds anything but 1 … `MAX_STEPS` numbers, or one outside (0, 1];
            the message begins with ``path`` and names the line or the step.
    """

    def refusal(reason: str) -> BadInputError:
        return BadInputError(f"{os.fspath(path)}: {reason}")

    content = first_bytes(path, MAX_BYTES + 1, refusal)
    if len(content) > MAX_BYTES:
        raise refusal(f"this file is longer than {MAX_BYTES:,} bytes, too long for {MAX_STEPS:,} rates")
    try:
        rates = _from_npy(content) if content.startswith(NPY_SIGNATURE) else _from_text(content)
        return checked(rates, "rates")
    except BadInputError as error:
        raise refusal(str(error)) from error


def _from_npy(content: bytes) -> np.ndarray:
    """Return the vector in an npy file, whose header is checked before memory is allocated for it."""
    file = io.BytesIO(content)
    try:
        shape, dtype = npy_header(file)
        if len(shape) != 1 or shape[0] > MAX_STEPS or dtype.kind not in "fiu":
            raise BadInputError(
                f"this npy file holds {dtype} of shape {shape}, not a vector of at most {MAX_STEPS} rates"
            )
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    except UNREADABLE as error:
        raise BadInputError(NO_NPY) from error


def _from_text(content: bytes) -> list[float]:
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadInputError("this is neither text nor an npy file") from error
    rows = [(number, re.findall(r"[^\s,;]+", line.partition("#")[0])) for number, line in enumerate(lines, start=1)]
    rows = [(number, entries) for number, entries in rows if entries]
    if rows and _are_names(rows[0][1]):
        if len(rows[0][1]) > 1:
            raise BadInputError(f"line {rows[0][0]} names {len(rows[0][1])} columns; give one alone, the rates")
        del rows[0]
    if not rows:
        raise BadInputError("this file holds no numbers")
    return [_number(entry, line) for line, entries in rows for entry in entries]


def _are_names(entries: list[str]) -> bool:
    return all(NAME.fullmatch(entry) and entry.lower() not in NOT_FINITE for entry in entries)


def _number(entry: str, line: int) -> float:
    try:
        return float(entry)
    except ValueError as error:
        raise BadInputError(f"line {line} holds {entry[:40]!r}, which is no number") from error
