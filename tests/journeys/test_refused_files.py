"""Files that are refused: one dialog each, with the file's name and the reason; what was open stays and plays on."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from PySide6.QtCore import QUrl

from dpm_gui.dialogs.errors import ErrorDialog
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.paint.page import PaintPage
from tests.support.person import Person, Start, answer_file_dialog, close_error, drop, press, shown, wait_until

Spoil = Callable[[Path], object]


def edited(change: Callable[[h5py.File], object]) -> Spoil:
    """Return what opens the HDF5 file and changes it."""

    def spoil(path: Path) -> None:
        with h5py.File(path, "r+") as file:
            change(file)

    return spoil


def with_weights(file: h5py.File, values: np.ndarray) -> None:
    del file["network/weights/first.bias"]
    file["network/weights/first.bias"] = values


def with_shape(file: h5py.File) -> None:
    file["data"].attrs["shape"] = [3]
    for name, values in (("shift", np.zeros(3)), ("scale", np.ones(3)), ("examples", np.zeros((5, 3), np.float32))):
        del file["data"][name]
        file["data"][name] = values


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


SPOILT: dict[str, tuple[Spoil, str]] = {
    "no checkpoint at all": (lambda path: path.write_text("a letter, not a checkpoint"), "no HDF5 file"),
    "an empty file": (lambda path: path.write_bytes(b""), "empty"),
    "the first half of one": (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), "damaged"),
    "a newer version": (edited(lambda file: file.attrs.modify("version", 2)), "version"),
    "weights of another shape": (edited(lambda file: with_weights(file, np.zeros(7, np.float32))), "first.bias"),
    "weights that are no numbers": (edited(lambda file: with_weights(file, np.full(6, np.nan, np.float32))), "finite"),
    "a network without weights": (edited(lambda file: file.pop("network/weights")), "weights"),
    "data beyond the plane": (edited(with_shape), "shape"),
    "a folder": (make_folder, "folder"),
    "nothing": (Path.unlink, "there is no such file"),
}


def drop_file(person: Person, path: Path) -> None:
    assert drop(person.views[FORWARD].viewport(), QUrl.fromLocalFile(str(path)))


def test_each_bad_file_is_refused_in_one_sentence_and_nothing_else_changes(
    person: Person, small_image: bytes, tmp_path: Path
) -> None:
    opened, recordings = person.session.opened, [person.recording(side) for side in (FORWARD, REVERSE)]
    for number, (name, (spoil, reason)) in enumerate(SPOILT.items()):
        path = tmp_path / f"bad {number}.h5"
        path.write_bytes(small_image)
        spoil(path)
        drop_file(person, path)
        (received,) = close_error()
        assert received.startswith(f"{path}: "), name
        assert reason in received, name
        assert len(received.splitlines()) == 1, name
        assert not shown(ErrorDialog), name
        assert person.session.opened is opened, name
        assert [person.recording(side) for side in (FORWARD, REVERSE)] == recordings, name
        assert person.player.playing, name
        assert person.window.activity.text == "Ready", name
    assert person.window.windowTitle().startswith("Swiss roll")
    assert person.program.preferences.recent_files == ()
    t = person.t
    wait_until(lambda: person.t != t)
    press("Ctrl+R")
    person.wait_for_run()
    assert person.recording().complete


def test_a_bad_file_that_is_chosen_in_the_dialog_is_refused(person: Person, tmp_path: Path) -> None:
    path = tmp_path / "letter.h5"
    path.write_text("a letter")
    press("Ctrl+O")
    answer_file_dialog(path)
    assert close_error() == (f"{path}: this is not a checkpoint: it is no HDF5 file",)
    assert person.player.playing


def test_another_program_s_file_is_no_checkpoint(person: Person, good_file: Path) -> None:
    edited(lambda file: file.attrs.modify("format", "hdf-picture"))(good_file)
    press("Ctrl+O")
    answer_file_dialog(good_file)
    (received,) = close_error()
    assert received.startswith(f"{good_file}: this is HDF5 but no checkpoint: the attribute format")
    assert person.player.playing


def test_a_good_file_opens_after_a_bad_one(person: Person, good_file: Path, tmp_path: Path) -> None:
    drop_file(person, tmp_path / "missing.h5")
    close_error()
    drop_file(person, good_file)
    wait_until(lambda: person.session.opened.path == str(good_file))
    person.wait_for_run()
    assert person.recording().complete


def test_a_file_that_may_not_be_read_is_refused(
    person: Person, good_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good_file.chmod(0)
    if os.access(good_file, os.R_OK):  # nothing is forbidden to the administrator

        def refuse(path: Path, *arguments: Any, **options: Any) -> object:
            if path == good_file:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return opened(path, *arguments, **options)

        opened = Path.open
        monkeypatch.setattr(Path, "open", refuse)
    drop_file(person, good_file)
    assert close_error() == (f"{good_file}: no permission to read this file",)
    assert person.player.playing


def test_a_bad_file_during_a_run_leaves_the_run_alone(person: Person, tmp_path: Path) -> None:
    press("F5")
    recording = person.recording()
    drop_file(person, tmp_path / "missing.h5")
    close_error()
    person.wait_for_run()
    assert person.recording() is recording
    assert recording.complete


def test_a_bad_file_at_the_start_leaves_a_window_that_says_what_to_do(start: Start, tmp_path: Path) -> None:
    person = start(tmp_path / "missing.h5")
    assert close_error() == (f"{tmp_path / 'missing.h5'}: there is no such file",)
    for side in (FORWARD, REVERSE):
        assert person.views[side].message == "Nothing is open.\nOpen a checkpoint with Ctrl+O, or drop one here."
    assert person.window.activity.text == "Nothing is open: File, Open…"
    for name in ("measure", "run_again", "new_seed", "export", "export_figure"):
        assert not person.window.actions_[name].isEnabled()
        assert "open a checkpoint first" in person.window.actions_[name].toolTip()
    press("Space", "Right", "End", "3", "Ctrl+R", "Ctrl+Z", "Esc", "F")
    assert not person.player.playing
    press("Ctrl+2")  # a workspace that has not been shown before
    paint = person.program.show_workspace("paint")
    assert isinstance(paint, PaintPage)
    assert paint.image.canvas._message == "Nothing is open.\nOpen a checkpoint with Ctrl+O, or drop one here."
    assert not person.window.actions_["inpaint"].isEnabled()
    press("Ctrl+1")
    person.set_seed(8)  # it counts for what is opened later
    person.window.actions_["open_shipped"].trigger()
    person.wait_for_run()
    assert person.player.playing
    assert person.session.spec.seed == 8
    assert person.views[REVERSE].message is None
