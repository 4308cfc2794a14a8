"""Films are written while the window goes on, stopped without a trace, and told of once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QObject, QSettings, QSize
from PySide6.QtWidgets import QApplication, QFileDialog, QMainWindow
from pytestqt.qtbot import QtBot

from core.errors import BadInputError, OutputError
from dpm_gui.desktop.appearance import Theme
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.engine import runs
from dpm_gui.export import film_scene, paper_figures
from dpm_gui.export.film_dialog import FilmDialog
from dpm_gui.export.film_export import FilmExport
from dpm_gui.export.film_exporter import FilmExporter
from dpm_gui.export.film_options import FilmOptions
from dpm_gui.export.film_scene import FilmScene
from dpm_gui.export.paper_figures import PaperFigure
from dpm_gui.jobs.tasks import Activity
from dpm_gui.session.session import Session
from dpm_gui.views.canvases.points import PointsView
from tests.support.pixels import frame_count
from tests.support.window_values import STEPS, recordings

FILM = FilmOptions(0, STEPS, width=480, height=270, speed=10.0, hold=0.1)
FRAMES = 2 * 10 + 2 * 2
"""Frames of that film: a tenth of four seconds each way at 25 a second, and a tenth of a second held."""
IMAGES = 2 * (2 + 1) + 2 * 1
"""In a film of T = 2 that rests for one picture at each end."""


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(film_scene, "FILM_SIZE", QSize(160, 100))
    monkeypatch.setattr(paper_figures, "FIGURE_SIZE", QSize(330, 330))
    monkeypatch.setattr(film_scene, "STILL_FRAMES", 1)


@pytest.fixture
def parent(qapp: QApplication) -> Iterator[QObject]:
    made = QObject()
    yield made
    made.deleteLater()


class Told:
    """What an export tells, in its order, without its progress."""

    def __init__(self, export: FilmExport | FilmExporter) -> None:
        self.all: list[tuple[str, object]] = []
        export.saved.connect(lambda path, *form: self.all.append(("saved", ": ".join((path, *form)))))
        export.failed.connect(lambda error: self.all.append(("failed", error)))
        if isinstance(export, FilmExport):
            export.ended.connect(lambda: self.all.append(("ended", None)))
        else:
            export.activity_changed.connect(lambda activity: self.all.append(("activity", activity)))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.all]


def begin(path: Path, parent: QObject) -> tuple[FilmExport, Told]:
    export = FilmExport(FilmScene(recordings(2), LIGHT), str(path), parent)
    return export, Told(export)


def frames_in(path: Path) -> int:
    with Image.open(path) as image:
        return frame_count(image)


# ----------------------------------------------------------------------------------------------------- one film
def test_a_film_is_written_picture_by_picture_and_told_once_when_its_thread_has_ended(
    tmp_path: Path, parent: QObject, qtbot: QtBot
) -> None:
    path = tmp_path / "film.gif"
    export, received = begin(path, parent)
    progress: list[tuple[int, int]] = []
    export.progressed.connect(lambda done, total: progress.append((done, total)))
    with qtbot.waitSignal(export.saved):
        export.start()
    assert received.all == [("ended", None), ("saved", str(path))]
    assert frames_in(path) == IMAGES
    assert progress == sorted(progress)
    assert progress[-1] == (IMAGES, IMAGES)


def test_a_film_that_cannot_be_written_is_told_once(tmp_path: Path, parent: QObject, qtbot: QtBot) -> None:
    export, received = begin(tmp_path / "gone" / "film.gif", parent)
    with qtbot.waitSignal(export.failed) as failed:
        export.start()
    assert isinstance(failed.args[0], OutputError)
    assert received.names == ["ended", "failed"]


@pytest.mark.parametrize("images", [0, 1, 4])
def test_a_stopped_film_leaves_what_was_there_before_and_tells_no_failure(
    tmp_path: Path, parent: QObject, qtbot: QtBot, images: int
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"the old film")
    export, received = begin(path, parent)
    export.start()
    for _ in range(images):
        export._draw_next()
    with qtbot.waitSignal(export.ended):
        export.cancel()
        export.cancel()
    assert received.names == ["ended"]
    assert [each.name for each in tmp_path.iterdir()] == ["film.mp4"]
    assert path.read_bytes() == b"the old film"


def test_a_stopped_film_is_not_encoded_to_an_end(tmp_path: Path, parent: QObject) -> None:
    export, _ = begin(tmp_path / "film.mp4", parent)
    export._draw_next()
    export.cancel()
    with pytest.raises(CancelledError):
        next(export._queued_frames())
    export._scene.close()


# ------------------------------------------------------------------------------------------------------ the command
@pytest.fixture
def exporter(
    opened: Session, qapp: QApplication, same_looks: None, settings: QSettings, tmp_path: Path, qtbot: QtBot
) -> Iterator[FilmExporter]:
    """The command, with a run of the small checkpoint to be saved."""
    window = QMainWindow()
    qtbot.addWidget(window)
    preferences = Preferences(settings)
    preferences.last_folder = tmp_path
    theme = Theme(qapp, "light", window)
    made = FilmExporter(opened, theme, preferences, window)
    yield made
    made.shut_down()


def test_a_film_is_saved_while_the_status_bar_tells_and_its_name_is_told_last(
    exporter: FilmExporter, tmp_path: Path, qtbot: QtBot
) -> None:
    received, path = Told(exporter), tmp_path / "roll.gif"
    with qtbot.waitSignal(exporter.saved):
        exporter.save_film(FILM, str(path))
    assert frames_in(path) == FRAMES
    (_, first), *_ = received.all
    assert first == Activity("Writing roll.gif", 0, 0, None, can_stop=True)
    assert received.all[-2:] == [("activity", None), ("saved", f"{path}: GIF film")]


def test_one_film_is_written_at_a_time_and_then_another(exporter: FilmExporter, tmp_path: Path, qtbot: QtBot) -> None:
    exporter.save_film(FILM, str(tmp_path / "one.gif"))
    with qtbot.waitSignal(exporter.failed) as failed:
        exporter.save_film(FILM, str(tmp_path / "two.gif"))
    assert "another film is being written" in str(failed.args[0])
    with qtbot.waitSignal(exporter.saved):
        pass
    with qtbot.waitSignal(exporter.saved) as saved:
        exporter.save_film(FILM, str(tmp_path / "two.gif"))
    assert saved.args == [str(tmp_path / "two.gif"), "GIF film"]


def test_stop_ends_a_film_without_a_trace_and_without_a_word(
    exporter: FilmExporter, tmp_path: Path, qtbot: QtBot
) -> None:
    exporter.stop()  # nothing is being written
    exporter.save_film(FILM, str(tmp_path / "roll.gif"))
    received = Told(exporter)
    with qtbot.waitSignal(exporter.activity_changed, check_params_cb=lambda activity: activity is None):
        exporter.stop()
    assert {name for name, _ in received.all} == {"activity"}
    assert not list(tmp_path.glob("*.gif"))


def test_shut_down_in_the_middle_leaves_no_thread_and_no_file(exporter: FilmExporter, tmp_path: Path) -> None:
    exporter.save_film(FILM, str(tmp_path / "roll.mp4"))
    received = Told(exporter)
    exporter.shut_down()
    QApplication.processEvents()
    assert received.all == []
    assert not list(tmp_path.glob("*.mp4"))


@pytest.mark.parametrize("name", ["roll.avi", "gone/roll.gif", "gone/figure.png"])
def test_a_name_that_cannot_be_written_is_told_and_no_canvas_is_left(
    exporter: FilmExporter, tmp_path: Path, qtbot: QtBot, name: str
) -> None:
    with qtbot.waitSignal(exporter.failed) as failed:
        if name.endswith(".png"):
            exporter.save_figure(str(tmp_path / name))
        else:
            exporter.save_film(FILM, str(tmp_path / name))
    assert isinstance(failed.args[0], (BadInputError, OutputError))
    assert str(tmp_path / name) in str(failed.args[0])


def test_a_run_that_has_not_come_to_its_end_is_not_saved(
    exporter: FilmExporter, opened: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(runs, "run", lambda _opened, _spec: iter(()))
    opened.edit(seed=3)
    with qtbot.waitSignal(exporter.failed) as failed:
        exporter.save_film(FILM, str(tmp_path / "roll.gif"))
    assert "has not come to its end" in str(failed.args[0])


def test_a_run_that_is_out_of_date_is_not_saved(
    exporter: FilmExporter, opened: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    opened.set_in_view(False)
    opened.edit(seed=5)
    with qtbot.waitSignal(exporter.failed) as failed:
        exporter.save_film(FILM, str(tmp_path / "film.gif"))
    assert isinstance(failed.args[0], BadInputError)
    assert "out of date" in str(failed.args[0])
    assert list(tmp_path.glob("*.gif")) == []


def arrows_in(figure: PaperFigure) -> list[int]:
    views = sorted(figure.findChildren(PointsView), key=lambda view: (view.y(), view.x()))
    return [len(view._drift.arrows[0]) for view in views[6:]]


def test_figure_one_is_saved_with_the_arrows_of_every_step_although_nobody_has_looked_at_them(
    exporter: FilmExporter, opened: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    arrows: list[int] = []
    real = PaperFigure.image
    monkeypatch.setattr(PaperFigure, "image", lambda figure: (arrows.extend(arrows_in(figure)), real(figure))[1])
    assert not opened.drifts.found
    with qtbot.waitSignal(exporter.saved) as saved:
        exporter.save_figure(str(tmp_path / "figure.png"))
    assert saved.args == [str(tmp_path / "figure.png"), "PNG image"]
    grid = opened.drifts.at(1)
    assert grid is not None
    assert arrows == [len(grid.x)] * 3
    with Image.open(tmp_path / "figure.png") as image:
        assert image.size == (330, 330)
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 10


def test_a_figure_asked_for_before_many_futures_were_shown_is_refused(
    exporter: FilmExporter, opened: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    def refuse() -> None:
        raise BadInputError("figure: the reverse shows many futures of one state")

    monkeypatch.setattr(opened, "compute_figure", refuse)
    with qtbot.waitSignal(exporter.failed) as failed:
        exporter.save_figure(str(tmp_path / "figure.png"))
    assert "many futures" in str(failed.args[0])


def test_a_figure_that_was_stopped_is_not_saved_when_arrows_come_later(
    exporter: FilmExporter, opened: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    exporter.save_figure(str(tmp_path / "figure.png"))
    exporter.stop()
    qtbot.waitUntil(lambda: len(opened.drifts.found) == STEPS)
    QApplication.processEvents()
    assert not list(tmp_path.glob("*.png"))


def the_dialog(exporter: FilmExporter) -> FilmDialog:
    exporter.ask()
    (dialog,) = exporter.parent().findChildren(FilmDialog)
    return dialog


def the_file_dialog(exporter: FilmExporter) -> QFileDialog:
    (dialog,) = exporter.parent().findChildren(QFileDialog)
    return dialog


def test_the_dialog_proposes_the_data_s_name_and_its_answer_is_saved(
    exporter: FilmExporter, tmp_path: Path, qtbot: QtBot
) -> None:
    exporter._preferences.film = FILM.to_text()
    the_dialog(exporter).accept()
    dialog = the_file_dialog(exporter)
    assert [Path(name).name for name in dialog.selectedFiles()] == ["made up.mp4"]
    dialog.selectFile(str(tmp_path / "chosen"))
    with qtbot.waitSignal(exporter.saved) as saved:
        dialog.accept()
    assert saved.args == [str(tmp_path / "chosen.mp4"), "MP4 film"]
    assert exporter._preferences.last_folder == str(tmp_path)


def test_frames_are_saved_to_a_new_folder_and_the_next_film_begins_with_the_same_choices(
    exporter: FilmExporter, tmp_path: Path, qtbot: QtBot
) -> None:
    exporter._preferences.film = replace(FILM, form="png").to_text()
    the_dialog(exporter).accept()
    dialog = the_file_dialog(exporter)
    dialog.selectFile(str(tmp_path / "frames"))
    with qtbot.waitSignal(exporter.saved) as saved:
        dialog.accept()
    assert saved.args == [str(tmp_path / "frames"), "PNG frames in a folder"]
    names = sorted(file.name for file in (tmp_path / "frames").iterdir())
    assert names == [f"{number:04}.png" for number in range(1, FRAMES + 1)]
    with Image.open(tmp_path / "frames" / "0001.png") as image:
        assert image.size == (480, 270)
    assert FilmOptions.from_text(exporter._preferences.film, STEPS) == replace(FILM, form="png")


def test_a_folder_that_holds_files_is_refused_and_kept(exporter: FilmExporter, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with qtbot.waitSignal(exporter.failed) as failed:
        exporter.save_film(replace(FILM, form="png"), str(tmp_path))
    assert "not empty" in str(failed.args[0])
    assert [file.name for file in tmp_path.iterdir() if file.suffix != ".ini"] == ["mine.txt"]


def test_a_film_of_steps_that_another_checkpoint_lacks_is_refused(
    exporter: FilmExporter, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(exporter.failed) as failed:
        exporter.save_film(replace(FILM, last=STEPS + 1), str(tmp_path / "film.mp4"))
    assert f"The last step is T = {STEPS}" in str(failed.args[0])


def test_without_a_checkpoint_there_is_no_dialog_but_a_sentence(
    session: Session, qapp: QApplication, same_looks: None, settings: QSettings, qtbot: QtBot
) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    exporter = FilmExporter(session, Theme(qapp, "light", window), Preferences(settings), window)
    with qtbot.waitSignal(exporter.failed) as failed:
        exporter.ask()
    assert "open a checkpoint first" in str(failed.args[0])
