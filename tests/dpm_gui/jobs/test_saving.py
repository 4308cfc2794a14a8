"""Files that are saved beside the window: one after the other, to their end, whatever is painted meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QSettings, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from core.errors import BadInputError, OutputError
from core.formats.requests import load_request
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.jobs.jobs import Job
from dpm_gui.jobs.saving import Saver
from dpm_gui.jobs.tasks import Activity
from dpm_gui.paint import files as files_module
from dpm_gui.paint.document.image_files import grey_of, mask_of, read_image, rgb_of
from dpm_gui.paint.files import PaintFiles
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.opening import PaintOpener
from dpm_gui.paint.potential.files import load_potential
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.paint.potential.shapes import DrawnPotential
from dpm_gui.session.session import Session
from tests.support.window_values import open_and_run

SECONDS = 60_000


class Told:
    """What is told of files that are saved, in its order."""

    def __init__(self, source: Saver | PaintFiles) -> None:
        self.all: list[object] = []
        (source.saved if isinstance(source, Saver) else source.notified).connect(self.all.append)
        source.failed.connect(self.all.append)
        self.activities: list[Activity | None] = []
        source.activity_changed.connect(self.activities.append)


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
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


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


# ------------------------------------------------------------------------------------------------------------- Paint
class Desk:
    """Paint before a session, its files, and all that these tell."""

    def __init__(self, session: Session, settings: QSettings, folder: Path, window: QWidget) -> None:
        self.preferences = Preferences(settings)
        self.preferences.last_folder = folder
        self.window = window
        self.paint = PaintSession(session, window)
        self.potential_session = PotentialSession(session, self.paint.document.undo_stack, window)
        self.opener = PaintOpener(self.paint, self.potential_session, window)
        self.files = PaintFiles(self.paint, self.potential_session, self.opener, self.preferences, window)
        self.received = Told(self.files)

    def load_image(self, height: int, width: int) -> None:
        """Put a noisy picture of colours up, a part of it masked."""
        rng = np.random.default_rng(7)
        image = rng.integers(0, 256, (height, width, 3)).astype(np.float32)
        self.paint.document.load_image(image, (0.0, 255.0), rng.random((height, width)) < 0.3)

    def answer(self, name: str) -> None:
        """Give the dialog on show a name."""
        (dialog,) = [each for each in self.window.findChildren(QFileDialog) if each.isVisible()]
        dialog.selectFile(name)
        dialog.accept()


@pytest.fixture
def desk(session: Session, settings: QSettings, tmp_path: Path, window: QWidget) -> Iterator[Desk]:
    """Paint with a small picture on the easel."""
    window.show()
    made = Desk(session, settings, tmp_path, window)
    made.load_image(9, 11)
    yield made
    for part in (made.opener, made.files, made.paint, made.potential_session):
        part.shut_down()


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """In which threads files are written."""
    found: list[int] = []

    def noted(module: object, name: str) -> None:
        real = getattr(module, name)

        def work(*arguments: object) -> None:
            found.append(threading.get_ident())
            real(*arguments)

        monkeypatch.setattr(module, name, work)

    for name in ("save_request", "save_image", "save_potential"):
        noted(files_module, name)
    return found


def test_masks_pictures_and_requests_are_written_beside_the_window_which_says_so(
    desk: Desk, tmp_path: Path, threads: list[int], qtbot: QtBot
) -> None:
    files, image, mask = desk.files, desk.paint.document.image.values, desk.paint.document.mask.values
    folder = tmp_path / "new"
    folder.mkdir()
    asks: dict[str, Callable[[], None]] = {
        "mask.png": files.ask_where_to_save_mask,
        "picture.png": partial(files.ask_where_to_save_image, image.astype(np.uint8)),
        "grey.png": partial(files.ask_where_to_save_image, image[:, :, 0].astype(np.uint8)),
        "request.npz": files.ask_where_to_save_request,
    }
    for name, ask in asks.items():
        ask()
        desk.answer(str(folder / Path(name).stem))
        assert desk.received.activities[-1] == Activity(f"Saving {name}", 0, 0, None, can_stop=False)
        qtbot.waitUntil(lambda: not files.saver.running)
        assert desk.received.activities[-1] is None
        assert desk.received.all[-1] == f"Saved {folder / name}"
    assert (mask_of(read_image(folder / "mask.png")) == mask).all()
    assert (rgb_of(read_image(folder / "picture.png")) == image).all()
    assert (grey_of(read_image(folder / "grey.png")) == image[:, :, 0]).all()
    request = load_request(str(folder / "request.npz"))
    assert (request.image == image).all()
    assert (request.mask == mask[:, :, None]).all()
    assert len(threads) == len(asks)
    assert threading.get_ident() not in threads
    assert desk.preferences.last_folder == str(folder)


def test_a_wish_over_the_plane_is_written_beside_the_window(
    desk: Desk, session: Session, files: dict[str, str], trusted: None, threads: list[int], tmp_path: Path, qtbot: QtBot
) -> None:
    open_and_run(session, files["small"], qtbot)
    desk.potential_session.edit(DrawnPotential("disc", (0.5, -0.5)))
    desk.files.save_request(str(tmp_path / "wish.npz"))
    desk.potential_session.edit(DrawnPotential("half_plane"))
    qtbot.waitUntil(lambda: not desk.files.saver.running)
    assert load_potential(tmp_path / "wish.npz").potential == DrawnPotential("disc", (0.5, -0.5))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


@pytest.mark.parametrize("name", ["mask.png", "request.npz"])
def test_what_is_saved_is_what_was_there_whatever_is_painted_meanwhile(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, name: str
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def later(real: Callable[..., object], *arguments: object) -> object:
        begun.set()
        assert go_on.wait(10)
        return real(*arguments)

    for module, work in ((files_module, "save_request"), (files_module, "image_of_mask")):
        monkeypatch.setattr(module, work, partial(later, getattr(module, work)))
    document, path = desk.paint.document, tmp_path / name
    mask, image = document.mask.values.copy(), document.image.values.copy()
    (desk.files.save_mask if path.suffix == ".png" else desk.files.save_request)(str(path))
    assert begun.wait(10)
    document.invert()
    document.replace_image(image + 1, "another")
    go_on.set()
    qtbot.waitUntil(lambda: not desk.files.saver.running)
    if path.suffix == ".png":
        assert (mask_of(read_image(path)) == mask).all()
    else:
        request = load_request(str(path))
        assert (request.mask == mask[:, :, None]).all()
        assert (request.image == image).all()


def test_what_cannot_be_saved_is_told_and_leaves_nothing(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    desk.files.save_mask(str(tmp_path / "gone" / "mask.png"))
    qtbot.waitUntil(lambda: not desk.files.saver.running)
    desk.paint.set_options(weighted=True, start=3)
    desk.files.save_request(str(tmp_path / "request.npz"))
    unwritten, unsound = desk.received.all
    assert isinstance(unwritten, OutputError)
    assert "gone" in str(unwritten)
    assert isinstance(unsound, BadInputError)
    assert not desk.files.saver.running
    assert [*tmp_path.glob("*.png"), *tmp_path.glob("*.npz")] == []


@pytest.mark.alone
@pytest.mark.parametrize(("name", "side"), [("picture.png", 2048), ("request.npz", 1024)])
def test_the_window_goes_on_while_something_large_is_saved(
    desk: Desk, tmp_path: Path, threads: list[int], qtbot: QtBot, name: str, side: int
) -> None:
    desk.load_image(side, side)
    levels, path = desk.paint.document.image.values.astype(np.uint8), str(tmp_path / name)
    ticks: list[float] = []
    timer = QTimer(desk.window)
    timer.timeout.connect(lambda: ticks.append(monotonic()))
    timer.start(1)
    began = monotonic()
    with qtbot.waitSignal(desk.files.notified, timeout=SECONDS):
        desk.files.save_result_image(levels, path) if name == "picture.png" else desk.files.save_request(path)
    ended = monotonic()
    timer.stop()
    gaps = np.diff([began, *(tick for tick in ticks if tick < ended), ended])
    assert threading.get_ident() not in threads
    assert gaps.max() < (ended - began) / 2
