"""Files of named arrays: they come back as they were, and what a stranger made of them is refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInputError
from core.formats import requests
from core.formats.requests import load_record, save_record

FORM, WHAT = "dpm test 1", "a test"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_record(FORM, {"numbers": np.arange(3.0), "name": "mine", "many": 7}, tmp_path / "record.npz")
    return tmp_path / "record.npz"


def test_values_come_back_without_the_form(path: Path) -> None:
    values = load_record((FORM,), path, WHAT)
    assert values.keys() == {"numbers", "name", "many"}
    assert np.array_equal(values["numbers"], np.arange(3.0))
    assert (str(values["name"]), int(values["many"])) == ("mine", 7)


def test_a_file_that_unpacks_to_more_than_is_read_is_refused_before_it_is_unpacked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_record(FORM, {"zeros": np.zeros(10**6)}, path)
    assert path.stat().st_size < 20_000
    monkeypatch.setattr(requests, "LARGEST", 10**6)
    monkeypatch.setattr(np, "load", None)  # whoever unpacks calls it
    with pytest.raises(BadInputError, match=rf"{path.name}: it unpacks to 8,\d+,\d+ bytes, more than the 1,000,000"):
        load_record((FORM,), path, WHAT)


@pytest.mark.parametrize("kind", ["another form", "no form", "objects", "npy", "text", "cut", "empty", "folder"])
def test_what_is_no_such_file_is_refused_by_its_name(kind: str, path: Path) -> None:
    if kind == "another form":
        save_record("dpm test 2", {}, path)
    elif kind == "no form":
        np.savez(path, numbers=np.arange(3))
    elif kind == "objects":
        np.savez(path, format=np.array(FORM), things=np.array([{}, None], dtype=object))
    elif kind == "npy":
        with path.open("wb") as file:
            np.save(file, np.arange(3))
    elif kind == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.write_bytes({"text": b"a text\n", "cut": path.read_bytes()[:60], "empty": b""}[kind])
    said = "this file cannot be read" if kind == "folder" else "this is no file of a test"
    with pytest.raises(BadInputError, match=rf"record\.npz: {said}"):
        load_record((FORM,), path, WHAT)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"none\.npz: there is no such file"):
        load_record((FORM,), tmp_path / "none.npz", WHAT)
