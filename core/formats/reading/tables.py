"""Tables of numbers in text files: CSV, TSV and what numpy writes, with or without names of the columns."""

from __future__ import annotations

import csv
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import printable
from core.formats.arrays import refusal, refuse

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
"""Byte order marks of UTF-16, as spreadsheets write it."""
MAX_TEXT, MAX_LINES = 128 * 1024**2, 4_000_000
"""Most bytes and lines of a text file, which takes up to seven times its size in memory while it is read."""
MOST_LOST = 4
"""Bytes at the end of the beginning of a file that may be a part of a character, or characters of older programs."""
SPACES = "\t\r\n\u00a0\u202f"
"""Characters of a text that are not printable."""
COMMENTS = ("#", "%", "//")
"""Beginnings of lines that are not read."""
NAMED_SEPARATOR = re.compile(r"sep=.?", re.IGNORECASE)
"""A first line for spreadsheets that says what separates the columns."""
SEPARATORS = ("\t", ";", "|", ",")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
POINT_GROUPS = re.compile(r"\d\.\d{3}(\.\d{3})*,\d")
COMMA_GROUPS = re.compile(r"\d,\d{3}(,\d{3})*\.\d|\d,\d{3},\d{3}")
GROUPS = re.compile(r"(?<=\d)['’\u00a0\u202f](?=\d{3}(?!\d))")
"""Signs between groups of three digits that are nothing else in a table."""
AT_ROW = re.compile(r"at row (?P<row>\d+)(?:, column (?P<column>\d+))?")
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
    encoding = "utf-16" if head.startswith(UTF_16) else "utf-8-sig"
    text = head.decode(encoding, "ignore")
    lost = len(head) - len(text.encode(encoding))
    readable = all(letter.isprintable() or letter in SPACES for letter in text)
    return readable and lost <= MOST_LOST and any(letter.isdigit() for letter in text)


def read_table(path: Path) -> Table:
    """Return the table in the text file at ``path``.

    Columns are separated by tabs, semicolons, bars, commas or spaces; the decimal sign is a point, or a comma where it
    does not separate columns. A first line that holds no number gives the columns their names; a first column without a
    name beside named ones numbers the rows and is left out.

    Raises:
        BadInputError: If it is no table of numbers; the message gives the line.
    """
    places, rows, comment = _lines(path)
    if not rows:
        refuse(path, "this text file holds no numbers")
    if any('"' in row for row in rows):
        rows, places = _unquoted(rows, places)
        if not rows:
            refuse(path, "this text file holds no numbers")
    separator = _separator(rows)
    rows = _without_last_separator(rows, separator)
    decimal_comma, groups = _signs(rows[1:] or rows, separator)
    skip = False
    names = _names(rows[0], separator, decimal_comma)
    if names:
        rows, places = rows[1:], places[1:]
        if not rows:
            refuse(path, "this is no table of numbers: there is no line of numbers in it")
        skip = len(names) == _width(rows[0], separator) - 1 and _labels_rows(rows, separator)
    elif comment:
        names = _names(comment, separator, decimal_comma)
    values = _numbers(path, rows, places, separator, (decimal_comma, groups), skip=skip)
    notes = ["decimal commas"] if decimal_comma else []
    if len(names) == values.shape[1] > 1 and names[0] == "":
        values, names, skip = values[:, 1:], names[1:], True
    if skip:
        notes.append("the first column, which has no name, left out")
    columns = tuple(names) if len(names) == values.shape[1] and all(names) else ()
    return Table(values, columns, tuple(notes))


def _lines(path: Path) -> tuple[Sequence[int], list[str], str]:
    """Return the lines that are neither empty nor comments, preceded by their numbers, and the last comment."""
    text = _text(path)
    if text.count("\n") >= MAX_LINES:
        refuse(path, f"this text file has more than {MAX_LINES} lines; give it as an npy file")
    lines = ["" if line.isspace() else line.strip(" ") for line in text.split("\n")]
    del text
    if NAMED_SEPARATOR.fullmatch(lines[0]):
        lines[0] = ""
    places: Sequence[int] = range(1, len(lines) + 1)
    comment = next((line for line in reversed(lines) if line.startswith(COMMENTS)), "")
    if comment or not all(lines):
        places = [place for place, line in enumerate(lines, 1) if line and not line.startswith(COMMENTS)]
        lines = [lines[place - 1] for place in places]
    return places, lines, comment.lstrip("#%/ ")


def _text(path: Path) -> str:
    """Return the text of the file, with one kind of line end and without signs between groups of digits."""
    if path.stat().st_size > MAX_TEXT:
        refuse(path, f"this text file is larger than {MAX_TEXT} bytes; give it as an npy file")
    content = path.read_bytes()
    try:
        text = content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")  # names of columns from older programs; digits are the same
    del content
    if not text.isascii():
        text = GROUPS.sub("", text.replace("\u2212", "-"))
    elif "'" in text:
        text = GROUPS.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


def _unquoted(rows: list[str], places: Sequence[int]) -> tuple[list[str], Sequence[int]]:
    """Return ``rows`` with tabs between the columns and without quotes, which may hide separators, and their lines."""
    plain = re.sub('"[^"]*"', "", rows[len(rows) // 2])
    separator = next((sign for sign in SEPARATORS if sign in plain), " " if " " in plain else SEPARATORS[-1])
    reader = csv.reader(rows, delimiter=separator, skipinitialspace=True)
    found, begins, begin = [], [], 0
    try:
        for fields in reader:
            if any(fields):
                found.append("\t".join(" ".join(field.split()) for field in fields))
                begins.append(places[begin])
            begin = reader.line_num
    except csv.Error:  # a field of more than 128 KiB: an opening quote alone
        return rows, places
    return found, begins


def _separator(rows: list[str]) -> str | None:
    """Return what separates the columns, None for spaces."""
    body = rows[1:] or rows
    middle = body[len(body) // 2]
    for separator in SEPARATORS[:-1]:
        if separator in middle:
            return separator
    probe = max(body, key=lambda row: row.count(","))
    if "," not in probe:
        return None
    parts = probe.split()
    if len(parts) > 1 and all(DECIMAL_COMMA.fullmatch(part) or "," not in part for part in parts):
        return None
    one_name = len(body) < len(rows) and "," not in rows[0]
    if one_name and all(DECIMAL_COMMA.fullmatch(row) for row in body) and not _labels_rows(body, ","):
        return None
    return SEPARATORS[-1]


def _without_last_separator(rows: list[str], separator: str | None) -> list[str]:
    """Return ``rows`` without the separator that each ends with, if it is at the end of all, perhaps but the names."""
    body = rows[1:] or rows
    if separator is None or not all(row.endswith(separator) for row in body):
        return rows
    if not rows[0].endswith(separator) and _width(rows[0], separator) != _width(body[0], separator) - 1:
        return rows
    return [row.removesuffix(separator) for row in rows]


def _signs(rows: Sequence[str], separator: str | None) -> tuple[bool, str]:
    """Return whether numbers have decimal commas, and the sign between groups of three digits, if there is one."""
    if separator == "," or not any("," in row for row in rows):
        return False, ""
    if any(COMMA_GROUPS.search(row) for row in rows):
        return False, ","
    return True, "." if any(POINT_GROUPS.search(row) for row in rows) else ""


def _labels_rows(rows: Sequence[str], separator: str | None) -> bool:
    """Return whether the first column labels the rows: with texts, or with numbers that count them."""
    labels = [row.split(separator, 1)[0].strip() for row in rows]
    try:
        first = int(labels[0])
    except ValueError:
        return not _is_number(labels[0], decimal_comma=True)
    return labels == [str(first + row) for row in range(len(labels))]


def _fields(line: str, separator: str | None) -> list[str]:
    return [part.strip().strip('"').strip() for part in line.split(separator)]


def _width(line: str, separator: str | None) -> int:
    return len(line.split(separator))


def _is_number(text: str, *, decimal_comma: bool) -> bool:
    try:
        float(text.replace(",", ".") if decimal_comma else text)
    except ValueError:
        return False
    return True


def _names(line: str, separator: str | None, decimal_comma: bool) -> list[str]:
    """Return the names in ``line``, or none if a number stands in it."""
    fields = _fields(line, separator)
    if any(_is_number(name, decimal_comma=decimal_comma) for name in fields):
        return []
    return [printable(name)[:LONGEST_NAME].strip() for name in fields]


def _numbers(
    path: Path,
    rows: list[str],
    places: Sequence[int],
    separator: str | None,
    signs: tuple[bool, str],
    *,
    skip: bool,
) -> NDArray[np.float64]:
    """Return the numbers in ``rows``, without the first column if ``skip``; ``places`` are the lines' numbers."""
    width = _width(rows[0], separator)
    decimal_comma, groups = signs
    body = [row.replace(groups, "") for row in rows] if groups else rows
    body = [row.replace(",", ".") for row in body] if decimal_comma else body
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy's, about rows without any number
            return np.loadtxt(
                body,
                delimiter=separator,
                quotechar='"',
                comments=None,
                ndmin=2,
                dtype=np.float64,
                usecols=range(1, width) if skip else None,
            )
    except UserWarning as error:
        raise refusal(path, "this text file holds no numbers") from error
    except (ValueError, IndexError, OverflowError) as error:
        raise refusal(path, _problem(str(error), rows, places, separator)) from error


def _problem(message: str, rows: list[str], places: Sequence[int], separator: str | None) -> str:
    """Return what is wrong with a table, from numpy's ``message``."""
    found = AT_ROW.search(message)
    if found is None:
        return "this is no table of numbers"
    # numpy counts from 0 where a text is no number, and from 1 where the number of columns changes
    row = min(max(int(found["row"]) - (found["column"] is None), 0), len(rows) - 1)
    if found["column"] is None:
        return f"this is no table of numbers: line {places[row]} has another number of columns than the lines before it"
    fields, column = _fields(rows[row], separator), int(found["column"])
    text = printable(fields[column - 1][:MOST_SHOWN]) if 0 < column <= len(fields) else ""
    what = f"{text!r} is no number" if text.strip() else "there is no number"
    return f"this is no table of numbers: line {places[row]}, column {column}: {what}"
