"""Tables of numbers in text files: CSV, TSV and what numpy writes, with or without names of the columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import printable
from core.formats.arrays import MAX_BYTES, refusal, refuse

ENCODINGS = ("utf-8-sig", "utf-16")
MAX_TEXT = 256 * 1024**2
"""Most bytes of a text file."""
PROBED = 64 * 1024
COMMENT = "#"
SEPARATORS = ("\t", ";", ",")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
AT_ROW = re.compile(r"(?:string '(?P<text>.*)' to .*)?at row (?P<row>\d+)(?:, column (?P<column>\d+))?", re.DOTALL)
"""Where numpy says that a table goes wrong; it counts rows from 0 and columns from 1."""
LONGEST_NAME = 64
MOST_SHOWN = 30


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table of numbers.

    Attributes:
        values: ``[N, D]``, float64.
        columns: Names of the D columns; empty if the file has none.
        notes: How it was read, a few words each.
    """

    values: NDArray[np.float64]
    columns: tuple[str, ...]
    notes: tuple[str, ...]


def is_text(head: bytes) -> bool:
    """Return whether ``head``, the beginning of a file, is text in which a digit stands."""
    for encoding in ENCODINGS:
        if encoding == "utf-16" and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        text = head.decode(encoding, "ignore")
        lost = len(head) - len(text.encode("utf-8" if encoding == "utf-8-sig" else encoding))
        readable = all(letter.isprintable() or letter in "\t\r\n" for letter in text)
        return readable and lost <= 4 and any(letter.isdigit() for letter in text)
    return False


def read_table(path: Path) -> Table:
    """Return the table in the text file at ``path``.

    Columns are separated by tabs, semicolons, commas or spaces; the decimal sign is a point, or a comma where it does
    not separate columns. A first line that holds no number gives the columns their names; a first column without a name
    beside named ones numbers the rows and is left out.

    Raises:
        BadInputError: If it is no table of numbers; the message gives the line.
    """
    numbered = _lines(path)
    rows = [line for _, line in numbered if not line.startswith(COMMENT)]
    places = [place for place, line in numbered if not line.startswith(COMMENT)]
    if not rows:
        refuse(path, "this text file holds no numbers")
    separator, decimal_comma = _separator(rows)
    if separator in SEPARATORS and all(row.endswith(separator) for row in rows):
        rows = [row[:-1] for row in rows]
    names = _names(rows[0], separator, decimal_comma)
    if names:
        rows, places = rows[1:], places[1:]
        if not rows:
            refuse(path, "this is no table of numbers: there is no line of numbers in it")
    elif comments := [line for _, line in numbered if line.startswith(COMMENT)]:
        names = _names(comments[-1].lstrip(f"{COMMENT} "), separator, decimal_comma)
    body = [row.replace(",", ".") for row in rows] if decimal_comma else rows
    values = _numbers(path, body, places, separator, skip=0 < len(names) == _width(body[0], separator) - 1)
    notes = ["decimal commas"] if decimal_comma else []
    if len(names) == values.shape[1] and names[0] == "" and len(names) > 1:
        values, names = values[:, 1:], names[1:]
        notes.append("the first column, which has no name, left out")
    columns = tuple(names) if len(names) == values.shape[1] and all(names) else ()
    return Table(values, columns, tuple(notes))


def _lines(path: Path) -> list[tuple[int, str]]:
    """Return the lines of the file that are not empty, with their numbers from 1."""
    if path.stat().st_size > min(MAX_TEXT, MAX_BYTES):
        refuse(path, f"this text file is larger than {MAX_TEXT} bytes; give it as an npy file")
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("latin-1")  # names of columns from older programs; digits are the same
    return [(place, line.strip(" \r")) for place, line in enumerate(text.split("\n"), 1) if line.strip()]


def _separator(rows: list[str]) -> tuple[str | None, bool]:
    """Return what separates the columns, None for spaces, and whether numbers have decimal commas."""
    probe = rows[-1] if len(rows) < 3 else rows[len(rows) // 2]
    for separator in SEPARATORS[:2]:
        if separator in probe:
            return separator, "," in probe
    if "," not in probe:
        return None, False
    parts = probe.split()
    if len(parts) > 1 and all(DECIMAL_COMMA.fullmatch(part) or "," not in part for part in parts):
        return None, True
    return ",", False


def _fields(line: str, separator: str | None) -> list[str]:
    return [part.strip().strip('"').strip() for part in line.split(separator)]


def _width(line: str, separator: str | None) -> int:
    return len(line.split(separator))


def _names(line: str, separator: str | None, decimal_comma: bool) -> list[str]:
    """Return the names in ``line``, or none if a number stands in it."""
    fields = _fields(line, separator)
    for name in fields:
        try:
            float(name.replace(",", ".") if decimal_comma else name)
        except ValueError:
            continue
        return []
    return [printable(name)[:LONGEST_NAME].strip() for name in fields]


def _numbers(
    path: Path, rows: list[str], places: list[int], separator: str | None, *, skip: bool
) -> NDArray[np.float64]:
    """Return the numbers in ``rows``, without the first column if ``skip``; ``places`` are the lines' numbers."""
    width = _width(rows[0], separator)
    try:
        return np.loadtxt(
            rows,
            delimiter=separator,
            quotechar='"',
            comments=None,
            ndmin=2,
            dtype=np.float64,
            usecols=range(1, width) if skip else None,
        )
    except (ValueError, IndexError, OverflowError) as error:
        raise refusal(path, _problem(str(error), rows, places)) from error


def _problem(message: str, rows: list[str], places: list[int]) -> str:
    """Return what is wrong with a table, from numpy's ``message``."""
    found = AT_ROW.search(message)
    if found is None:
        return "this is no table of numbers"
    # numpy counts from 0 where a text is no number, and from 1 where the number of columns changes
    row = int(found["row"]) - (found["column"] is None)
    place = places[min(max(row, 0), len(rows) - 1)]
    if found["column"] is None:
        return f"this is no table of numbers: line {place} has another number of columns than the lines before it"
    text = printable((found["text"] or "")[:MOST_SHOWN])
    what = f"{text!r} is no number" if text.strip() else "there is no number"
    return f"this is no table of numbers: line {place}, column {found['column']}: {what}"
