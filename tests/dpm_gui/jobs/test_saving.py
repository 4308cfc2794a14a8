"""Files that are saved beside the window: one after the other, and to their end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.errors import OutputError
from dpm_gui.jobs.jobs import Job
from dpm_gui.jobs.saving import Saver
from dpm_gui.jobs.tasks import Activity
from tests.support.listening import Told


class Gate:
    """Writes a text once it is let to."""

    def __init__(self, text: str) -> None:
        self.begun, self.open = threading.Event(), threading.Event()
        self._text = text

    def __call__(self, path: str) -> None:
        self.begun.set()
        assert self.open.wait(10)
        Path(path).write_text(self._text, encoding="utf-8")


@pytest.fixture
def saver(window: QWidget) -> Iterator[Saver]:
    made = Saver(window)
    yield made
    made.shut_down()


def write(text: str, path: str) -> None:
    Path(path).write_text(text, encoding="utf-8")


# ---------------------------------------------------------------------------------------------- one after the other
def test_of_two_saves_to_one_path_the_later_one_stands_although_the_first_is_slow(
    saver: Saver, tmp_path: Path, qtbot: QtBot
) -> None:
    received, path, slow = Told(saver), str(tmp_path / "a.txt"), Gate("first")
    saver.save(path, slow)
    assert slow.begun.wait(10)
    saver.save(path, partial(write, "second"))
    QCoreApplication.processEvents()
    assert saver.running
    assert list(tmp_path.iterdir()) == []
    slow.open.set()
    qtbot.waitUntil(lambda: not saver.running)
    assert Path(path).read_text(encoding="utf-8") == "second"
    assert received.all == [path, path]
    assert received.activities == [Activity("Saving a.txt", 0, 0, None, can_stop=False), None] * 2


def test_what_waits_is_written_in_its_order_and_once_where_it_would_be_replaced(
    saver: Saver, tmp_path: Path, qtbot: QtBot
) -> None:
    received, slow = Told(saver), Gate("slow")
    written: list[str] = []

    def writing(text: str, path: str) -> None:
        written.append(text)
        write(text, path)

    saver.save(str(tmp_path / "slow.txt"), slow)
    for name, text in (("a", "old"), ("b", "b"), ("a", "new")):
        saver.save(str(tmp_path / name), partial(writing, text))
    slow.open.set()
    qtbot.waitUntil(lambda: not saver.running)
    assert written == ["b", "new"]
    assert received.all == [str(tmp_path / name) for name in ("slow.txt", "b", "a")]
    assert (tmp_path / "a").read_text(encoding="utf-8") == "new"


def test_a_file_that_cannot_be_written_is_told_and_the_next_one_is_written(
    saver: Saver, tmp_path: Path, qtbot: QtBot
) -> None:
    def refuse(path: str) -> None:
        raise OutputError(f"{path}: the disk is full")

    received = Told(saver)
    saver.save(str(tmp_path / "a"), refuse)
    saver.save(str(tmp_path / "b"), partial(write, "b"))
    qtbot.waitUntil(lambda: not saver.running)
    error, path = received.all
    assert isinstance(error, OutputError)
    assert path == str(tmp_path / "b")


def test_the_end_waits_for_what_is_written_and_writes_what_waits_without_a_word(saver: Saver, tmp_path: Path) -> None:
    received, slow = Told(saver), Gate("slow")
    saver.save(str(tmp_path / "slow"), slow)
    saver.save(str(tmp_path / "a"), partial(write, "a"))
    saver.save(str(tmp_path / "b"), partial(write, "b"))
    assert slow.begun.wait(10)
    received.activities.clear()
    threading.Timer(0.05, slow.open.set).start()
    saver.shut_down()
    assert {each.name: each.read_text(encoding="utf-8") for each in tmp_path.iterdir()} == {
        "slow": "slow", "a": "a", "b": "b",
    }  # fmt: skip
    assert all(job.isFinished() for job in saver.findChildren(Job))
    saver.save(str(tmp_path / "late"), partial(write, "late"))
    QCoreApplication.processEvents()
    assert (received.all, received.activities) == ([], [])
    assert not (tmp_path / "late").exists()


def test_what_cannot_be_written_at_the_end_is_said_in_a_line_on_stderr(
    saver: Saver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: str) -> None:
        raise OutputError(f"{path}: the disk is full")

    gate = Gate("first")
    saver.save(str(tmp_path / "first"), gate)
    saver.save(str(tmp_path / "second"), refuse)
    gate.open.set()
    saver.shut_down()
    assert capsys.readouterr().err == f"dpm-gui: {tmp_path / 'second'}: the disk is full\n"


def test_what_was_to_be_saved_a_moment_before_the_end_is_saved(window: QWidget, tmp_path: Path) -> None:
    for number in range(20):  # the thread may or may not have begun by then
        saver = Saver(window)
        saver.save(str(tmp_path / str(number)), partial(write, "whole"))
        saver.shut_down()
    assert [each.read_text(encoding="utf-8") for each in tmp_path.iterdir()] == ["whole"] * 20
