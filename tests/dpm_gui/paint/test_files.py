"""Files that Paint saves beside the window, whatever is painted meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QSettings, QTimer, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from core.errors import BadInputError, OutputError
from core.formats.images import read_image
from core.formats.reading.masks import read_mask
from core.formats.requests import load_request
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.jobs.tasks import Activity
from dpm_gui.paint import files as files_module
from dpm_gui.paint.files import PaintFiles
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.opening import PaintOpener
from dpm_gui.paint.potential.files import load_potential
from dpm_gui.paint.potential.parts import DiscPart, HalfPlanePart
from dpm_gui.paint.potential.plane_potential import PlanePotential
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.paint.results.tiles import Tile
from dpm_gui.session.session import Session
from dpm_gui.window.shown_command import inpaint_command
from tests.support.listening import Told
from tests.support.painting import save_rings
from tests.support.window_values import open_and_run

SECONDS = 60_000


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


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

        def work(*arguments: object) -> object:
            found.append(threading.get_ident())
            return real(*arguments)

        monkeypatch.setattr(module, name, work)

    for name in ("save_request", "write_levels", "write_samples", "save_potential"):
        noted(files_module, name)
    return found


def test_masks_pictures_and_requests_are_written_beside_the_window_which_says_so(
    desk: Desk, tmp_path: Path, threads: list[int], qtbot: QtBot
) -> None:
    files, image, mask = desk.files, desk.paint.document.image.values, desk.paint.document.mask.values
    folder = tmp_path / "new"
    folder.mkdir()
    tile = Tile(image.astype(np.uint8), image[:, :, 0], "Standard deviation", mapped=True)
    asks: dict[str, Callable[[], None]] = {
        "mask.png": files.ask_where_to_save_mask,
        "map.png": partial(files.ask_where_to_save_tile, tile),
        "request.npz": files.ask_where_to_save_request,
    }
    for name, ask in asks.items():
        ask()
        desk.answer(str(folder / Path(name).stem))
        assert desk.received.activities[-1] == Activity(f"Saving {name}", 0, 0, None, can_stop=False)
        qtbot.waitUntil(lambda: not files.saver.running)
        assert desk.received.activities[-1] is None
        form = "npz file, an inpainting request" if name == "request.npz" else "PNG image"
        assert desk.received.all[-1] == f"Saved {folder / name}: {form}"
    assert (read_mask(str(folder / "mask.png")).mask == mask).all()
    assert (read_image(folder / "map.png").pixels == image).all()
    request = load_request(str(folder / "request.npz"))
    assert (request.image == image).all()
    assert (request.mask == mask[:, :, None].astype(bool)).all()
    assert len(threads) == len(asks)
    assert threading.get_ident() not in threads
    assert desk.preferences.last_folder == str(folder)


def test_a_saved_request_has_a_command_until_it_is_changed(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    path = str(tmp_path / "request.npz")
    desk.files.save_request(path)
    qtbot.waitUntil(lambda: not desk.files.saver.running)
    assert path in inpaint_command("x.h5", desk.paint.request, desk.files.request_on_disk)
    desk.paint.document.clear()
    with pytest.raises(BadInputError, match="Save the request first"):
        inpaint_command("x.h5", desk.paint.request, desk.files.request_on_disk)
    desk.paint.document.undo_stack.undo()
    assert path in inpaint_command("x.h5", desk.paint.request, desk.files.request_on_disk)


def test_a_wish_over_the_plane_is_written_beside_the_window(
    desk: Desk, session: Session, files: dict[str, str], trusted: None, threads: list[int], tmp_path: Path, qtbot: QtBot
) -> None:
    open_and_run(session, files["small"], qtbot)
    desk.potential_session.document.add(DiscPart(0.5, -0.5))
    desk.files.save_request(str(tmp_path / "wish.npz"))
    desk.potential_session.document.add(HalfPlanePart())
    qtbot.waitUntil(lambda: not desk.files.saver.running)
    assert load_potential(tmp_path / "wish.npz").potential == PlanePotential((DiscPart(0.5, -0.5),))
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

    for module, work in ((files_module, "save_request"), (files_module, "write_levels")):
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
        assert (read_mask(str(path)).mask == mask).all()
    else:
        request = load_request(str(path))
        assert (request.mask == mask[:, :, None].astype(bool)).all()
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


def test_the_clipboard_gives_an_image_or_one_file_and_is_told_if_it_holds_neither(
    desk: Desk, session: Session, trusted: None, tmp_path: Path, qtbot: QtBot
) -> None:
    save_rings(tmp_path / "rings.h5", (12, 12), steps=5)
    Image.fromarray(np.full((12, 12), 200, np.uint8)).save(tmp_path / "own.png")
    desk.paint.set_options(automatic=False)
    open_and_run(session, str(tmp_path / "rings.h5"), qtbot)
    clipboard = QGuiApplication.clipboard()
    levels = QImage(12, 12, QImage.Format.Format_RGB32)
    levels.fill(QColor(150, 150, 150))
    clipboard.setImage(levels)
    desk.files.paste()
    qtbot.waitUntil(lambda: not desk.opener.busy)
    assert (desk.paint.document.image.values == 150).all()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "own.png"))])
    clipboard.setMimeData(mime)
    desk.files.paste()
    qtbot.waitUntil(lambda: not desk.opener.busy)
    assert (desk.paint.document.image.values == 200).all()
    clipboard.setText("no image")
    desk.files.paste()
    assert "holds no image" in str(desk.received.all[-1])


@pytest.mark.parametrize("shape", [(12, 12), (12, 12, 3)])
def test_what_is_known_comes_back_from_image_files_in_eight_bits(
    desk: Desk, session: Session, trusted: None, tmp_path: Path, shape: tuple[int, ...], qtbot: QtBot
) -> None:
    save_rings(tmp_path / "rings.h5", shape, steps=5)
    levels = np.random.default_rng(3).integers(0, 256, shape, np.uint8)
    Image.fromarray(levels).save(tmp_path / "own.png")
    paint, files = desk.paint, desk.files
    paint.set_options(automatic=False)
    open_and_run(session, str(tmp_path / "rings.h5"), qtbot)
    desk.opener.open_image(str(tmp_path / "own.png"))
    qtbot.waitUntil(lambda: not desk.opener.busy)
    with qtbot.waitSignal(paint.ended):
        paint.run()
    known = ~paint.document.masked
    assert known.any()
    (summary,) = [paint.summary]
    samples = summary.frame.images
    tile = Tile(summary.levels[0], samples[0], "Sample 1")
    for name in ("one.png", "one.tif", "one.webp", "one.npy"):
        files.save_tile(tile, str(tmp_path / name))
    for name in ("all.png", "all.npy", "all.npz", "all.jpg", "bad.bmp"):
        files.save_samples(samples, str(tmp_path / name))
    qtbot.waitUntil(lambda: not files.saver.running)
    for name in ("one.png", "one.tif", "one.webp"):
        found = read_image(tmp_path / name).pixels.reshape(12, 12, -1)[..., : samples[0].size // 144]
        found = found.reshape(shape)  # WebP has colours alone
        assert (found == summary.levels[0]).all()
        assert (found[known] == levels[known]).all()
    whole = read_image(tmp_path / "all.png").pixels
    for number, (top, left) in enumerate(((0, 0), (0, 14), (14, 0), (14, 14))):
        assert (whole[top : top + 12, left : left + 12][known] == levels[known]).all()
        assert (whole[top : top + 12, left : left + 12] == summary.levels[number]).all()
    assert np.load(tmp_path / "one.npy").tobytes() == samples[:1].tobytes()
    assert np.load(tmp_path / "all.npy").tobytes() == samples.tobytes()
    assert (tmp_path / "all.jpg").read_bytes()[:2] == b"\xff\xd8"
    *saved, refused = desk.received.all
    assert any(str(text).startswith(f"Saved {tmp_path / 'all.png'}: PNG image, a grid of 2 x 2") for text in saved)
    assert str(refused).startswith(f"{tmp_path / 'bad.bmp'}: it does not end in .png")
    assert not (tmp_path / "bad.bmp").exists()


@pytest.mark.alone
@pytest.mark.parametrize(("name", "side"), [("picture.png", 2048), ("request.npz", 1024)])
def test_the_window_goes_on_while_something_large_is_saved(
    desk: Desk, tmp_path: Path, threads: list[int], qtbot: QtBot, name: str, side: int
) -> None:
    desk.load_image(side, side)
    levels, path = desk.paint.document.image.values.astype(np.uint8), str(tmp_path / name)
    tile = Tile(levels, levels, "Standard deviation", mapped=True)
    ticks: list[float] = []
    timer = QTimer(desk.window)
    timer.timeout.connect(lambda: ticks.append(monotonic()))
    timer.start(1)
    began = monotonic()
    with qtbot.waitSignal(desk.files.notified, timeout=SECONDS):
        desk.files.save_tile(tile, path) if name == "picture.png" else desk.files.save_request(path)
    ended = monotonic()
    timer.stop()
    gaps = np.diff([began, *(tick for tick in ticks if tick < ended), ended])
    assert threading.get_ident() not in threads
    assert gaps.max() < (ended - began) / 2
