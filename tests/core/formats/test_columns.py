"""The names of the columns of points: short lines, as many as there are columns, or none."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import h5py
import pytest

from core.errors import BadCheckpointError
from core.formats.checkpoints import load, save
from core.values.checkpoints import MAX_COLUMN_NAME, MAX_COLUMNS, Checkpoint, column_names


def with_columns(checkpoint: Checkpoint, *columns: str) -> Checkpoint:
    return dataclasses.replace(checkpoint, data=dataclasses.replace(checkpoint.data, columns=columns))


def test_names_of_columns_come_back_as_they_went(small: Checkpoint, tmp_path: Path) -> None:
    names = ("Länge; [mm]", 'with "quotes"')
    save(with_columns(small, *names), tmp_path / "named.h5")
    assert load(tmp_path / "named.h5").data.columns == names


def test_a_file_without_names_of_columns_has_none(small: Checkpoint, tmp_path: Path) -> None:
    save(small, tmp_path / "plain.h5")
    with h5py.File(tmp_path / "plain.h5") as file:
        assert "columns" not in file["data"].attrs
    assert load(tmp_path / "plain.h5").data.columns == ()


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "{}",
        "[]",
        '["x"]',
        '["x", 2]',
        '["x", ""]',
        '["x", " y"]',
        '["x", "two\\nlines"]',
        '["x", "\\u001b[2J"]',
        '["x", "\\ud800"]',
        json.dumps(["x", "y" * (MAX_COLUMN_NAME + 1)]),
        "[" * 50_000,
    ],
)
def test_other_names_of_columns_are_refused(text: str, small: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "named.h5"
    save(small, path)
    with h5py.File(path, "r+") as file:
        file["data"].attrs["columns"] = text
    with pytest.raises(BadCheckpointError, match="/data columns is no") as caught:
        load(path)
    assert len(str(caught.value).splitlines()) == 1


def test_names_that_would_be_refused_are_not_written(small: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(BadCheckpointError, match="/data columns"):
        save(with_columns(small, "one"), tmp_path / "named.h5")
    assert not list(tmp_path.iterdir())


def test_any_text_becomes_a_name_that_a_checkpoint_takes() -> None:
    found = column_names(["  a\tb \n", "", "\x1b", "x" * 1000, "w" + " " * 200 + "w", "\ud800"])
    assert found == ("a b", "column 2", "column 3", "x" * (MAX_COLUMN_NAME - 1) + "…", "w w", "column 6")
    assert column_names(found) == found
    assert column_names([f"{'y' * 62} {'z' * 90}"]) == column_names(column_names([f"{'y' * 62} {'z' * 90}"]))


def test_more_columns_than_can_be_shown_have_no_names() -> None:
    assert len(column_names(["x"] * MAX_COLUMNS)) == MAX_COLUMNS
    assert column_names(["x"] * (MAX_COLUMNS + 1)) == ()
