"""Tables of numbers as spreadsheets, statistics programs and people write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInputError
from core.formats.reading import tables
from core.formats.reading.contents import read_contents
from core.formats.reading.tables import is_text, read_table

POINTS = np.array([[0.5, -3.25], [1000.75, 2.0], [12.125, -1234567.5]])
NAMED = ("x", "y")
Write = Callable[[float], str]


def grouped(sign: str, decimal: str) -> Write:
    """Return what writes numbers with ``sign`` between groups of three digits."""
    return lambda value: f"{value:,.4f}".replace(",", "\0").replace(".", decimal).replace("\0", sign)


def plain(decimal: str = ".", form: str = ".4f") -> Write:
    return lambda value: format(value, form).replace(".", decimal)


def quoted(write: Write) -> Write:
    return lambda value: f'"{write(value)}"'


def text(
    write: Write, separator: str = ",", head: str = "", *, begin: str = "", after: str = "", end: str = "\n"
) -> str:
    lines = [separator.join(write(value) for value in row) + after for row in POINTS]
    return begin + end.join([head, *lines] if head else lines) + end


KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "commas": (text(plain()), ()),
    "names": (text(plain(), head="x,y"), NAMED),
    "tabs": (text(plain(), "\t", "x\ty"), NAMED),
    "semicolons and decimal commas": (text(plain(","), ";", "x;y"), NAMED),
    "bars": (text(plain(), "|", "x|y"), NAMED),
    "spaces": (text(plain(), "   ", "x y"), NAMED),
    "spaces and decimal commas": (text(plain(","), " "), ()),
    "a comma and a space": (text(plain(), ", ", "x, y"), NAMED),
    "line ends of Windows": (text(plain(), head="x,y", end="\r\n"), NAMED),
    "line ends of old Macintoshes": (text(plain(), head="x,y", end="\r"), NAMED),
    "empty lines": (text(plain(), head="x,y", end="\n\n \n"), NAMED),
    "no line end": (text(plain(), head="x,y").rstrip(), NAMED),
    "comments": (text(plain(), begin="# made by hand\n# x,y\n"), NAMED),
    "comments of other programs": (text(plain(), begin="// made by 1 hand\n%\n"), ()),
    "a separator after the last column": (text(plain(), head="x,y,", after=","), NAMED),
    "a separator after the last column but its name": (text(plain(), head="x,y", after=","), NAMED),
    "exponents": (text(plain(form=".9e"), head="x,y"), NAMED),
    "exponents and decimal commas": (text(plain(",", ".9e"), ";"), ()),
    "quotes": (text(quoted(plain()), head='"x","y"'), NAMED),
    "a name with a separator": (text(plain(), head='"x, in m","y"'), ("x, in m", "y")),
    "quotes and decimal commas": (text(quoted(plain(",")), head='"x","y"'), NAMED),
    "groups with commas in quotes": (text(quoted(grouped(",", ".")), head="x,y"), NAMED),
    "groups with points and decimal commas": (text(grouped(".", ","), ";", "x;y"), NAMED),
    "groups with commas": (text(grouped(",", "."), ";", "x;y"), NAMED),
    "groups with apostrophes": (text(grouped("'", "."), head="x,y"), NAMED),
    "groups with narrow spaces": (text(grouped("\u202f", ","), ";", "x;y"), NAMED),
    "a minus sign of typesetters": (text(plain(), head="x,y").replace("-", "\u2212"), NAMED),
    "a line for spreadsheets": (text(plain(), ";", "x;y", begin="sep=;\n"), NAMED),
    "numbered rows of pandas": (",x,y\n" + "".join(f"{n},{x},{y}\n" for n, (x, y) in enumerate(POINTS)), NAMED),
    "numbered rows of R": ('"x" "y"\n' + "".join(f'"{n}" {x} {y}\n' for n, (x, y) in enumerate(POINTS, 1)), NAMED),
    "named rows of R": ("x\ty\n" + "".join(f"row {n}\t{x}\t{y}\n" for n, (x, y) in enumerate(POINTS)), NAMED),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_is_read_however_it_is_written(kind: str, tmp_path: Path) -> None:
    content, names = KINDS[kind]
    (tmp_path / "points").write_bytes(content.encode())
    found = read_contents(tmp_path / "points")
    assert np.array_equal(np.asarray(found.array), POINTS)
    assert found.columns == names


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_table_is_read_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_bytes(text(plain(), head="größe,höhe").encode(encoding))
    found = read_contents(tmp_path / "points.csv")
    assert np.array_equal(np.asarray(found.array), POINTS)
    assert found.columns == ("größe", "höhe")


def test_a_column_that_is_left_out_is_said_and_one_of_data_never_is(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("x\n1,0.5\n2,0.25\n")
    numbered = read_table(path)
    assert numbered.values.tolist() == [[0.5], [0.25]]
    assert numbered.notes == ("the first column, which has no name, left out",)
    path.write_text("one title\n7,0.5\n3,0.25\n")
    assert read_table(path).values.tolist() == [[7.0, 0.5], [3.0, 0.25]]


def test_one_column_may_have_decimal_commas(tmp_path: Path) -> None:
    (tmp_path / "column.csv").write_text("length\n7,5\n3,25\n")
    found = read_table(tmp_path / "column.csv")
    assert found.values.tolist() == [[7.5], [3.25]]
    assert (found.columns, found.notes) == (("length",), ("decimal commas",))


def test_decimal_commas_are_found_wherever_the_first_one_stands(tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("x;y\n" + "1;2\n" * 9 + "1,5;2\n")
    assert read_table(tmp_path / "points.csv").values[-1].tolist() == [1.5, 2.0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("x,y\n1,2\n\n3,abc\n", "line 4, column 2: 'abc' is no number"),
        ("x,y\n1,2\n3,\n", "line 3, column 2: there is no number"),
        ("x;y\n1,5;2\n3,4,5;2\n", "line 3, column 1: '3,4,5' is no number"),
        ("x,y\n1'2,2\n", 'line 2, column 1: "1\'2" is no number'),
        ("1,2\n3\n4,5\n", "line 2 has another number of columns than the lines before it"),
        ('"x","y"\n"1","2"\n"NA","3"\n', "line 3, column 1: 'NA' is no number"),
        ("x,y\n# 1\n", "there is no line of numbers in it"),
        ("# 1\n", "this text file holds no numbers"),
        ('// 1\n"', "this text file holds no numbers"),
        (";\n;\n", "this text file holds no numbers"),
    ],
)
def test_what_is_no_table_is_refused_with_its_line_as_it_is_written(content: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text(content)
    with pytest.raises(BadInputError) as caught:
        read_table(tmp_path / "points.csv")
    assert reason in str(caught.value)


def test_a_table_too_large_for_its_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "points.csv").write_text("1,2\n" * 50)
    monkeypatch.setattr(tables, "MAX_LINES", 49)
    with pytest.raises(BadInputError, match="more than 49 lines; give it as an npy file"):
        read_table(tmp_path / "points.csv")
    monkeypatch.setattr(tables, "MAX_TEXT", 199)
    with pytest.raises(BadInputError, match="larger than 199 bytes; give it as an npy file"):
        read_table(tmp_path / "points.csv")


def test_bytes_that_are_no_text_are_no_table() -> None:
    assert not is_text(b"1,2\x003,4")
    assert not is_text(b"no digit at all")
    assert not is_text(bytes(range(256)))
    assert is_text("1,2\n".encode("utf-16"))
