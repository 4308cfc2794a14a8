"""`make bench`: which parts it takes, and what it prints and writes; nothing is measured here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks import reading, run
from tests.benchmarks.run import PARTS, Row, main, measure


def made_up() -> Iterator[Row]:
    yield Row("a frame", "5 ms", "<= 16 ms")
    yield Row("a drag", "9 ms", "<= 16 ms")


def interrupted() -> Iterator[Row]:
    yield Row("a stroke", "7 ms", "-")
    raise KeyboardInterrupt


def test_a_part_that_is_none_is_refused_with_all_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["frames", "nonsense"])
    assert caught.value.code == 2
    assert f"there is no part 'nonsense'; there are {', '.join(PARTS)}" in capsys.readouterr().err


def test_the_list_says_what_each_part_measures(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--list"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(PARTS)
    assert all(len(line.split()) > 3 for line in lines)


def test_rows_are_printed_as_they_come_and_what_was_measured_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "PARTS", {"window": made_up, "long": interrupted})
    out = tmp_path / "out" / "bench.json"
    with pytest.raises(KeyboardInterrupt):
        measure(["window", "long"], out)
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()] == ["a frame", "a drag", "a stroke"]
    table = json.loads(out.read_text(encoding="utf-8"))
    assert table[1] == {"what": "a drag", "reached": "9 ms", "asked": "<= 16 ms"}
    assert [row["what"] for row in table] == ["a frame", "a drag", "a stroke"]


@pytest.mark.parametrize("name", reading.FORMATS)
def test_what_is_timed_reads_the_same_images(name: str, tmp_path: Path) -> None:
    _, write, read = reading.FORMATS[name]
    values = reading.images(40)
    write(values, tmp_path / "images.npy")
    assert np.array_equal(read(tmp_path / "images.npy"), values)
    assert np.array_equal(reading.ours(tmp_path / "images.npy"), values)


def test_every_format_that_is_timed_has_a_row_with_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "call", lambda script, name: {"ratio": 1.25, "s": 0.5})
    rows = list(run.reading())
    assert [row.what for row in rows] == [
        f"reading 60 000 images of 28 x 28, {name}, beside {library} alone"
        for name, (library, *_) in reading.FORMATS.items()
    ]
    assert {(row.reached, row.asked) for row in rows} == {("1.25 x (0.50 s)", "<= 1.3 x")}
