"""Data of the user's for a model that is open: read by the one reader, and where the forward process starts."""

from __future__ import annotations

import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.data.files_for_model import read_examples
from core.errors import BadCheckpointError, BadInputError
from core.values.runs import RunSpec
from dpm_gui.engine import runs
from dpm_gui.engine.given_examples import ArrayChoice, DataFile, GivenData, open_dropped, read_given
from dpm_gui.engine.opening import Opened, open_checkpoint
from dpm_gui.engine.values import FORWARD, CheckpointPreview, SideFrame
from tests.support.given_data import write_arrays, write_images, write_points


def model(path: str) -> Opened:
    *_, opened = open_checkpoint(path)
    assert isinstance(opened, Opened)
    return opened


@pytest.fixture
def points(files: dict[str, str], trusted: None) -> Opened:
    return model(files["small"])


@pytest.fixture
def images(path: str, trusted: None) -> Opened:
    return model(path)


def given(opened: Opened, path: str) -> GivenData:
    (found,) = read_given(opened, path)
    assert isinstance(found, GivenData)
    return found


def forward_data(given: GivenData, count: int) -> np.ndarray:
    """Return the frame t = 0 of the forward side, user's units."""
    frames = runs.run(given.opened, RunSpec(count, threads=1))
    first = next(each for each in frames if isinstance(each, SideFrame) and each.side == FORWARD)
    return given.opened.checkpoint.data.to_user(first.frame.x[:count])


def test_the_forward_side_starts_at_each_given_example_once(points: Opened, tmp_path: Path) -> None:
    found = given(points, write_points(tmp_path))
    distances = np.abs(forward_data(found, 54)[:, None] - found.values).max(axis=2)
    assert sorted(distances.argmin(axis=1)) == list(range(54))
    assert distances.min(axis=1).max() < 1e-5
    assert points.model is not found.opened.model
    assert np.abs(forward_data(GivenData("", "", found.values, "", points), 54)).max() < 6.0


def test_the_examples_and_the_words_are_the_reader_s(points: Opened, tmp_path: Path) -> None:
    path = write_points(tmp_path)
    found, read = given(points, path), read_examples(path, points.model.data, "gaussian")
    assert np.array_equal(found.values, read.values)
    assert (found.path, found.name, found.stem) == (path, "rings.npy", "rings")
    assert found.note == "given data: rings.npy"
    assert read.sentence == f"{path}: interpreted as 54 points in 2 dimensions"
    assert found.sentence == f"{read.sentence}; all of them beyond 3 standard deviations of the model's data"


@pytest.mark.parametrize(
    ("radius", "end"), [(1.0, "dimensions"), (3.5, "; 13 of them beyond 3 standard deviations of")]
)
def test_points_that_may_be_out_of_view_are_counted(points: Opened, tmp_path: Path, radius: float, end: str) -> None:
    values = np.concatenate([np.zeros((5, 2)), np.tile([[0.0, -radius]], (13, 1))])
    np.save(tmp_path / "a.npy", values)
    assert end in given(points, str(tmp_path / "a.npy")).description
    assert ("beyond" in end) == (given(points, str(tmp_path / "a.npy")).far > 0)


def test_whole_grey_levels_get_the_noise_of_one_level_and_other_values_none(images: Opened, tmp_path: Path) -> None:
    path = write_images(tmp_path)
    whole = given(images, path)
    data = forward_data(whole, 5)
    assert set(np.unique(np.floor(data + 1e-3))) == {0.0, 90.0, 255.0}
    assert (data != np.floor(data)).any()
    np.save(path, np.load(path) * 0.5 + 0.25)
    assert set(np.unique(forward_data(given(images, path), 5).round(3))) == {0.25, 45.25, 127.75}


def test_of_several_arrays_one_is_to_be_chosen_and_its_name_is_shown(points: Opened, tmp_path: Path) -> None:
    path = write_arrays(tmp_path)
    (choice,) = read_given(points, path)
    shapes = {"first": (12, 2), "inner/second": (5, 2), "wide": (5, 3)}
    assert isinstance(choice, ArrayChoice)
    assert (choice.path, choice.shapes) == (path, shapes)
    assert choice.reason.startswith(f"{path}: there are several arrays in it: first (12 x 2)")
    found = given(points, choice.path_of("inner/second"))
    assert (found.name, len(found.values)) == ("several.h5:/inner/second", 5)
    assert found.stem == "several.h5-inner-second"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros((4, 3)), "shape (4, 3) is not (N, 2), that of the model's points"),
        (np.full((4, 2), 1e40), "standard deviations away; check the units"),
        (np.full((4, 2), np.nan), "finite"),
    ],
)
def test_what_does_not_fit_the_model_is_refused_in_one_sentence_with_the_file(
    points: Opened, tmp_path: Path, values: np.ndarray, words: str
) -> None:
    np.save(tmp_path / "a.npy", values)
    with pytest.raises(BadInputError) as refused:
        list(read_given(points, str(tmp_path / "a.npy")))
    assert str(refused.value).startswith(f"{tmp_path / 'a.npy'}: ")
    assert words in str(refused.value)


def test_a_long_name_is_elided_in_its_middle_where_there_is_little_room(points: Opened, tmp_path: Path) -> None:
    found = given(points, write_points(tmp_path, name="rings of the second run.npy"))
    assert found.note == "given data: rings o…run.npy"


# -------------------------------------------------------------------------------------------- what has been dropped
def test_a_dropped_checkpoint_is_opened_whatever_its_ending(
    files: dict[str, str], trusted: None, tmp_path: Path
) -> None:
    shutil.copy(files["small"], tmp_path / "model.bin")
    for path in (files["small"], str(tmp_path / "model.bin")):
        assert [type(each) for each in open_dropped(path)] == [CheckpointPreview, Opened]


def test_what_is_no_checkpoint_is_data(trusted: None, tmp_path: Path) -> None:
    dropped = [write_points(tmp_path), write_arrays(tmp_path), str(tmp_path), str(tmp_path / "none.csv")]
    for path in dropped:
        assert list(open_dropped(path)) == [DataFile(path)]


def test_a_damaged_checkpoint_is_refused_as_one(files: dict[str, str], trusted: None, tmp_path: Path) -> None:
    newer = tmp_path / "newer.h5"
    shutil.copy(files["small"], newer)
    with h5py.File(newer, "r+") as file:
        file.attrs.modify("version", 2)
    for path in (files["broken"], str(newer)):
        with pytest.raises(BadCheckpointError):
            list(open_dropped(path))
