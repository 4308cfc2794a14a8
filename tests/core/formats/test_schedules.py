"""Rates from a file: text, CSV and npy; and every kind of file that is none, in one sentence that names it."""

from __future__ import annotations

import io
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadInputError
from core.formats.schedules import MAX_BYTES, read_schedule
from core.processes.schedules import MAX_STEPS, constant_erasure

RATES = [0.1, 0.25, 1.0]


def npy(values: object, **options: Any) -> Callable[[Path], object]:
    image = io.BytesIO()
    np.save(image, np.asarray(values), **options)
    return write(image.getvalue())


def write(content: bytes | str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rates.txt"


@pytest.mark.parametrize(
    "text",
    [
        "0.1\n0.25\n1\n",
        "0.1\r\n0.25\r\n1.0",
        "0.1 0.25\t1",
        "0.1, 0.25, 1",
        "0.1;0.25;1;",
        "  1e-1\n\n+.25\n 1.  \n\n",
        "# mine\n0.1 # the first\n0.25\n1\n# no more",
        "beta\n0.1\n0.25\n1\n",
        "# mine\nβ_t,\n0.1,\n0.25,\n1,\n",
        "\ufeffbeta\n0.1\n0.25\n1\n",
    ],
)
def test_numbers_in_text_are_rates(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="")
    found = read_schedule(path)
    assert found.dtype == np.float64
    assert found.tolist() == RATES


@pytest.mark.parametrize("kind", ["<f8", ">f8", "<f4", "<f2"])
def test_a_vector_in_an_npy_file_is_rates(kind: str, path: Path) -> None:
    values = np.array([0.125, 0.25, 1.0], dtype=kind)
    with path.open("wb") as file:
        np.save(file, values)
    assert read_schedule(path).tolist() == values.tolist()
    with path.open("wb") as file:
        np.lib.format.write_array(file, values, version=(2, 0))
    assert read_schedule(path).tolist() == values.tolist()


def test_written_rates_come_back_to_the_last_digit(path: Path) -> None:
    rates = constant_erasure(500, first=1e-12)
    path.write_text("\n".join(map(repr, rates.tolist())))
    assert np.array_equal(read_schedule(path), rates)
    np.savetxt(path, rates, fmt="%.17g")
    assert np.array_equal(read_schedule(str(path)), rates)


def test_the_longest_schedule_there_is_can_be_read(path: Path) -> None:
    path.write_text("\n".join(["0.12345678901234567"] * MAX_STEPS))
    assert len(read_schedule(path)) == MAX_STEPS


WHOLE = (
    np.lib.format.magic(1, 0)
    + b"v\x00"
    + b"{'descr': '<f8', 'fortran_order': False, 'shape': (%s,), }".ljust(117)
    + b"\n"
)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "no such file"),
        (Path.mkdir, "folder"),
        (write(""), "empty"),
        (write("\n\n  # nothing\n"), "holds no numbers"),
        (write("beta\n"), "holds no numbers"),
        (write("0.1\nzero point two\n"), "line 2 holds 'zero', which is no number"),
        (write("beta\n0.1\nbeta\n"), "line 3 holds 'beta'"),
        (write("0.1\n0x1p-3\n"), "line 2 holds '0x1p-3'"),
        (write("t,beta\n1,0.1\n2,0.2\n"), "line 1 names 2 columns; give one alone"),
        (write("0.1\n\x1b[2J\n"), r"line 2 holds '\\x1b"),
        (write("0.1\n0.2\n0\n"), "the rate of step 3 is 0.0"),
        (write("0.1\n-0.2\n"), "the rate of step 2 is -0.2"),
        (write("0.1\n1.5\n"), "the rate of step 2 is 1.5"),
        (write("0.1\n1e-13\n"), "the rate of step 2 is 1e-13"),
        (write("nan\n0.1\n"), "the rate of step 1 is nan"),
        (write("0.1 inf\n"), "the rate of step 2 is inf"),
        (write("0.1 1e999\n"), "the rate of step 2 is inf"),
        (write("0,1\n0,2\n"), "the rate of step 1 is 0.0"),
        (write("0.1\n" * (MAX_STEPS + 1)), f"{MAX_STEPS + 1}"),
        (write("0.1 " * (MAX_BYTES // 4 + 1)), "longer than"),
        (write("9" * MAX_BYTES), "the rate of step 1 is inf"),
        (write(b"\xff\xfe0\x001\x00"), "neither text nor an npy file"),
        (write(b"\x89HDF\r\n\x1a\n" + bytes(range(256))), "neither text nor an npy file"),
        (npy([[0.1, 0.2]]), r"float64 of shape \(1, 2\)"),
        (npy(0.1), r"float64 of shape \(\)"),
        (npy(np.zeros(0)), r"shape \(0,\)"),
        (npy(["0.1"]), "<U3"),
        (npy([0.1 + 0j]), "complex128"),
        (npy([True]), "bool"),
        (npy(np.zeros(2, dtype=[("beta", "f8")])), r"shape \(2,\)"),
        (npy(np.array([0.1, None]), allow_pickle=True), "object"),
        (npy([0.1, 0.0]), "the rate of step 2 is 0.0"),
        (npy([0.1, np.nan]), "the rate of step 2 is nan"),
        (npy(np.full(MAX_STEPS + 1, 0.1)), f"{MAX_STEPS + 1}"),
        (write(WHOLE.replace(b"%s", b"10000000000000")), "10000000000000"),
        (write(WHOLE.replace(b"%s", b"9" * 40)), "9999"),
        (write(WHOLE.replace(b"%s", b"-3")), "npy file"),
        (write(WHOLE.replace(b"%s", b"3") + bytes(20)), "this is no npy file of numbers, or a damaged one"),
        (write(b"\x93NUMPY"), "this is no npy file of numbers, or a damaged one"),
        (write(b"\x93NUMPY\x01\x00v\x00" + b"(" * 118), "this is no npy file of numbers, or a damaged one"),
        (write(b"\x93NUMPY\x09\x00v\x00" + b" " * 118), "this is no npy file of numbers, or a damaged one"),
        (write(b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + b" " * 118), "this is no npy file of numbers, or a damaged one"),
    ],
)
def test_what_holds_no_schedule_is_refused_in_one_sentence(
    make: Callable[[Path], object], reason: str, path: Path
) -> None:
    make(path)
    with pytest.raises(BadInputError, match=reason) as caught:
        read_schedule(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1
    assert message.isprintable()
    assert len(message) < len(str(path)) + 300


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
@pytest.mark.timeout(20)
def test_pipes_and_devices_are_not_opened(path: Path) -> None:
    os.mkfifo(path)
    for place in (path, Path("/dev/zero")):
        with pytest.raises(BadInputError, match="not an ordinary file"):
            read_schedule(place)


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(BadInputError, match="cannot be read"):
        read_schedule("a\0b")


@pytest.mark.skipif(os.name != "posix", reason="no holes in files")
def test_of_a_file_without_end_no_more_is_read_than_rates_may_take(path: Path) -> None:
    path.write_bytes(WHOLE.replace(b"%s", b"10000000000000"))
    os.truncate(path, 2**40)
    tracemalloc.start()
    try:
        with pytest.raises(BadInputError, match="longer than"):
            read_schedule(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * MAX_BYTES
