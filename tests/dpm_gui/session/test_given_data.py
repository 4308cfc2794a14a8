"""Data of the user's in the session: what is computed anew, what stays, and what K is measured on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QThread
from pytestqt.qtbot import QtBot

from core import cli
from core.errors import BadInputError
from core.values.measurements import GIVEN
from core.values.runs import Branch
from dpm_gui.engine.given_examples import ArrayChoice
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.session import Session
from tests.support.given_data import write_arrays, write_images, write_points
from tests.support.window_values import LAST, SPEC, Steered, listen

SIDES = (FORWARD, REVERSE)


def give(session: Session, path: str, qtbot: QtBot) -> None:
    """Open data, and wait until they have been run."""
    with qtbot.waitSignals([session.data_changed, session.run_ended]):
        session.open_data(path)
    qtbot.waitUntil(lambda: not session._tasks._activities)


def radii(session: Session, side: str = FORWARD, t: int = 0) -> np.ndarray:
    return np.hypot(*session.recording(side).frame(t).x.T)


@pytest.fixture
def given(opened: Session, tmp_path: Path, qtbot: QtBot) -> Session:
    """A session of 200 points in which 54 points on a circle are given."""
    give(opened, write_points(tmp_path), qtbot)
    return opened


def test_the_forward_side_starts_from_the_given_data_and_the_reverse_stays(
    opened: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    before = opened.recording(REVERSE)
    assert radii(opened).max() < 6.0
    received = listen(opened, "activity_changed")
    give(opened, write_points(tmp_path), qtbot)
    assert opened.recording(REVERSE) is before
    assert np.allclose(radii(opened), 7.0, atol=1e-5)
    assert len(np.unique(opened.recording(FORWARD).frame(0).x, axis=0)) == 54
    assert opened.recording(FORWARD).count == SPEC.count
    texts = [each.text for each in received if each is not None]
    assert texts[0] == f"Reading {tmp_path / 'rings.npy'}"
    assert set(texts[1:]) >= {"Noising 200 points"}


def test_the_model_s_model_data_come_back_bit_for_bit(opened: Session, tmp_path: Path, qtbot: QtBot) -> None:
    before = [np.array(opened.recording(FORWARD).frame(t).x) for t in (0, 3)]
    give(opened, write_points(tmp_path), qtbot)
    with qtbot.waitSignals([opened.data_changed, opened.run_ended]):
        opened.data_reader.use_model_data()
    assert opened.given is None
    for t, x in zip((0, 3), before, strict=True):
        assert np.array_equal(opened.recording(FORWARD).frame(t).x, x)


def test_another_seed_and_count_run_on_the_given_data(given: Session, qtbot: QtBot) -> None:
    first = np.array(given.recording(FORWARD).frame(0).x)
    for seed, count in ((5, 200), (5, 500)):
        with qtbot.waitSignal(given.run_ended):
            given.edit(seed=seed, count=count)
        assert np.allclose(radii(given), 7.0, atol=1e-5)
    with qtbot.waitSignal(given.run_ended):
        given.edit(seed=SPEC.seed)
    assert np.array_equal(given.recording(FORWARD).frame(0).x[:200], first)


def test_denoising_starts_from_the_given_data_and_is_computed_anew_when_they_change(
    opened: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(opened.run_ended):
        opened.edit(denoise_from=1)
    assert radii(opened, REVERSE, 1).max() < 6.0
    give(opened, write_points(tmp_path), qtbot)
    assert np.array_equal(opened.recording(REVERSE).frame(1).x, opened.recording(FORWARD).frame(1).x)
    assert radii(opened, REVERSE, 1).min() > 6.0


def test_samples_that_come_back_from_their_futures_stand_beside_the_given_data(
    opened: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    samples = opened.recording(REVERSE)
    with qtbot.waitSignal(opened.run_ended):
        opened.edit(branches=(Branch(3, 1, 8),))
    give(opened, write_points(tmp_path), qtbot)
    assert len(opened.recording(REVERSE).frame(0).x) == 8
    assert np.allclose(radii(opened), 7.0, atol=1e-5)
    with qtbot.waitSignal(opened.run_ended):
        opened.undo_stack.undo()
    qtbot.waitUntil(lambda: opened.recording(FORWARD).complete)
    assert opened.recording(REVERSE) is samples
    assert np.allclose(radii(opened), 7.0, atol=1e-5)


def test_the_first_images_stay_while_given_ones_are_noised(images: Session, tmp_path: Path, qtbot: QtBot) -> None:
    before = images.recording(REVERSE)
    give(images, write_images(tmp_path), qtbot)
    assert images.recording(REVERSE) is before
    data = images.opened.checkpoint.data
    levels = np.floor(data.to_user(images.recording(FORWARD).frame(0).x) + 1e-3)
    assert set(np.unique(levels)) == {0.0, 90.0, 255.0}
    assert images.recording(FORWARD).available == (0, LAST)


def test_data_that_come_during_a_run_take_its_place(
    session: Session, steered: Steered, files: dict[str, str], trusted: None, tmp_path: Path, qtbot: QtBot
) -> None:
    steered.at_once = 3
    with qtbot.waitSignal(session.frames_added):
        session.open(files["small"])
    with qtbot.waitSignal(session.data_changed):
        session.open_data(write_points(tmp_path))
    with qtbot.waitSignal(session.run_ended):
        steered.let_go()
    assert all(session.recording(side).complete for side in SIDES)
    assert np.allclose(radii(session), 7.0, atol=1e-5)


# --------------------------------------------------------------------------------------------------- what K is then
@pytest.mark.parametrize("kind", ["points", "images"])
def test_k_on_given_data_is_that_of_dpm_bound(
    session: Session,
    files: dict[str, str],
    path: str,
    trusted: None,
    tmp_path: Path,
    kind: str,
    capsys: pytest.CaptureFixture[str],
    qtbot: QtBot,
) -> None:
    file, data = (files["small"], write_points(tmp_path)) if kind == "points" else (path, write_images(tmp_path))
    session._spec = replace(SPEC, count=30)
    with qtbot.waitSignal(session.run_ended):
        session.open(file)
    give(session, data, qtbot)
    with qtbot.waitSignal(session.bound_changed):
        session.measure_bound()
    assert cli.main(["bound", file, "--data", data, "--seed", str(SPEC.seed), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    found = session.bound
    assert (found.k, found.count, found.measured_on) == (said["K_bits"], said["count"], GIVEN)
    assert said["measured_on"] == GIVEN
    assert (found.standard_error, found.noise_added) == (said["standard_error_bits"], said["grey_level_noise"])
    assert found.noise_added == (kind == "images")


def test_the_bound_of_the_model_s_model_data_comes_back_with_them(
    opened: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(opened.bound_changed):
        opened.measure_bound()
    own = opened.bound
    give(opened, write_points(tmp_path), qtbot)
    assert opened.bound is own
    with qtbot.waitSignal(opened.bound_changed):
        opened.measure_bound()
    assert opened.bound.measured_on == GIVEN
    opened.data_reader.use_model_data()
    assert opened.bound is own


def test_a_measurement_on_the_data_before_is_stopped(
    opened: Session, steer: Callable[[str], Steered], tmp_path: Path, qtbot: QtBot
) -> None:
    measuring = steer("measure_bound")
    opened.measure_bound()
    qtbot.waitUntil(lambda: len(measuring._closed) == 1)  # it has begun
    give(opened, write_points(tmp_path), qtbot)
    received = listen(opened, "bound_changed")
    measuring.let_go()
    measuring.wait_until_closed(call=0)
    assert received == []
    assert opened.bound is None


# ------------------------------------------------------------------------------------------------------ what is refused
def test_refused_data_change_nothing(given: Session, tmp_path: Path, qtbot: QtBot) -> None:
    before, data = [given.recording(side) for side in SIDES], given.given
    np.save(tmp_path / "wide.npy", np.zeros((4, 3)))
    for path in (tmp_path / "wide.npy", tmp_path / "none.npy"):
        with qtbot.waitSignal(given.failed) as failed:
            given.open_data(str(path))
        assert isinstance(failed.args[0], BadInputError)
        assert str(failed.args[0]).startswith(f"{path}: ")
    assert [given.recording(side) for side in SIDES] == before
    assert given.given is data


def test_without_a_checkpoint_data_are_refused(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.failed) as failed:
        session.open_data(str(tmp_path))
    assert str(failed.args[0]).startswith(f"{tmp_path}: open a checkpoint first")


def test_of_several_arrays_the_chosen_one_is_read(opened: Session, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.data_reader.choice_wanted) as wanted:
        opened.open_data(write_arrays(tmp_path))
    (choice,) = wanted.args
    assert isinstance(choice, ArrayChoice)
    assert opened.given is None
    give(opened, choice.path_of("first"), qtbot)
    assert opened.given is not None
    assert opened.given.name == "several.h5:/first"


def test_another_checkpoint_drops_the_data_and_says_so(given: Session, files: dict[str, str], qtbot: QtBot) -> None:
    dropped: list[str] = []
    given.data_reader.dropped.connect(dropped.append)
    with qtbot.waitSignal(given.run_ended):
        given.open(files["other"])
    assert given.given is None
    assert dropped == ["rings.npy is no longer used: another checkpoint is open. Open the data again for it."]
    assert radii(given).max() < 6.0
    with qtbot.waitSignal(given.run_ended):
        given.open(files["small"])
    assert len(dropped) == 1


def test_reading_can_be_stopped(opened: Session, steer: Callable[[str], Steered], tmp_path: Path, qtbot: QtBot) -> None:
    reading = steer("read_given")
    opened.open_data(write_points(tmp_path))
    qtbot.waitUntil(lambda: bool(reading._passes))
    opened.stop()
    reading.let_go()
    reading.wait_until_closed(call=0)
    assert opened.given is None


def test_the_session_can_be_shut_down_while_data_are_read(opened: Session, tmp_path: Path, qtbot: QtBot) -> None:
    received = [listen(opened, name) for name in ("data_changed", "failed", "run_ended")]
    opened.open_data(write_points(tmp_path, 100_000))
    opened.shut_down()
    assert all(thread.isFinished() for thread in opened.findChildren(QThread))
    QCoreApplication.processEvents()
    assert received == [[], [], []]


def test_a_dropped_data_file_is_read_and_a_checkpoint_opened(
    opened: Session, files: dict[str, str], tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(opened.data_changed):
        opened.open_dropped(write_points(tmp_path))
    assert opened.given is not None
    with qtbot.waitSignal(opened.opened_changed):
        opened.open_dropped(files["other"])
    assert opened.opened.path == files["other"]
