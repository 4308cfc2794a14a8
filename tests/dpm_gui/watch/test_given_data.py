"""Data of the user's in Watch: how they are opened, where it is said, and the way back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.__main__ import main
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.dialogs.arrays import ArrayDialog
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.film_scene import FilmScene
from dpm_gui.export.paper_figures import figure_of
from dpm_gui.session.session import Session
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.watch.bound_panel import BoundPanel
from dpm_gui.watch.page import WatchPage
from tests.support.given_data import write_arrays, write_images, write_points
from tests.support.window_values import close_figures, open_and_run
from tests.support.workspaces import shown_page

SIDES = (FORWARD, REVERSE)
FAR = "all of them beyond 3 standard deviations of the model's data"
DATA_COMMANDS = ("open_data", "open_data_folder", "model_data")


@pytest.fixture
def page(session: Session, files: dict[str, str], trusted: None, qtbot: QtBot) -> WatchPage:
    """Watch, in which 200 points have been run."""
    made = shown_page(WatchPage, session, qtbot, (900, 700))
    open_and_run(session, files["small"], qtbot)
    return made


def give(page: WatchPage, path: str, qtbot: QtBot) -> None:
    session = page.services.session
    with qtbot.waitSignals([session.data_changed, session.run_ended]):
        session.open_data(path)
    qtbot.waitUntil(lambda: not session._tasks._activities)


def enabled(page: WatchPage) -> dict[str, bool]:
    return {name: page.services.actions[name].isEnabled() for name in DATA_COMMANDS}


def shown(kind: type[QDialog]) -> list[QDialog]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]


def test_the_line_above_the_canvases_and_the_forward_side_say_what_is_given(
    page: WatchPage, tmp_path: Path, qtbot: QtBot
) -> None:
    assert not page.data_bar.isVisible()
    give(page, write_points(tmp_path), qtbot)
    assert page.data_bar.isVisible()
    assert page.data_bar.text == f"Given data: rings.npy · interpreted as 54 points in 2 dimensions; {FAR}"
    tip = f"{tmp_path / 'rings.npy'}: interpreted as 54 points in 2 dimensions; {FAR}"
    assert [label.toolTip() for label in page.data_bar.findChildren(QLabel)] == [tip]
    page.services.player.seek(2)
    assert page.views[FORWARD].header.note == "t = 2 · given data: rings.npy"
    assert page.views[REVERSE].header.note == "t = 2"
    assert page.views[FORWARD].table().name == "forward-rings-t2"
    assert page.views[REVERSE].table().name == "reverse-t2"


def test_the_button_leads_back_to_the_model_s_model_data(page: WatchPage, tmp_path: Path, qtbot: QtBot) -> None:
    assert enabled(page) == {"open_data": True, "open_data_folder": True, "model_data": False}
    give(page, write_points(tmp_path), qtbot)
    assert enabled(page)["model_data"]
    with qtbot.waitSignal(page.services.session.run_ended):
        page.data_bar.button.click()
    assert not page.data_bar.isVisible()
    assert not enabled(page)["model_data"]
    assert page.views[FORWARD].header.note == "t = 0"
    assert page.views[FORWARD].table().name == "forward-t0"


def test_with_nothing_open_data_cannot_be_opened_and_it_is_said_why(session: Session, qtbot: QtBot) -> None:
    page = shown_page(WatchPage, session, qtbot, (900, 700))
    assert not any(enabled(page).values())
    assert page.services.actions["open_data"].toolTip().endswith(": open a checkpoint first")


def test_a_page_that_is_made_late_shows_the_data(opened: Session, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignals([opened.data_changed, opened.run_ended]):
        opened.open_data(write_points(tmp_path))
    page = shown_page(WatchPage, opened, qtbot, (900, 700))
    assert page.data_bar.isVisible()
    assert page.views[FORWARD].header.note == "t = 0 · given data: rings.npy"
    assert page.views[FORWARD].data_name == "rings"


@pytest.mark.parametrize(("command", "mode"), [("open_data", "AnyFile"), ("open_data_folder", "Directory")])
def test_a_file_or_a_folder_is_asked_for(page: WatchPage, command: str, mode: str, qtbot: QtBot) -> None:
    page.services.actions[command].trigger()
    (dialog,) = page.services.window.findChildren(QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode[mode]
    dialog.reject()


def test_one_of_several_arrays_is_chosen_from_a_list(page: WatchPage, tmp_path: Path, qtbot: QtBot) -> None:
    session = page.services.session
    session.open_data(write_arrays(tmp_path))
    qtbot.waitUntil(lambda: bool(shown(ArrayDialog)))
    (dialog,) = shown(ArrayDialog)
    assert session.given is None
    with qtbot.waitSignals([session.data_changed, session.run_ended]):
        dialog.accept()
    assert page.data_bar.text.startswith("Given data: several.h5:/first · interpreted as 12 points in 2 dimensions")


def test_what_is_dropped_on_watch_is_read_as_data_unless_it_is_a_checkpoint(
    page: WatchPage, tmp_path: Path, files: dict[str, str], qtbot: QtBot
) -> None:
    session = page.services.session
    with qtbot.waitSignals([session.data_changed, session.run_ended]):
        assert page.open_dropped(write_points(tmp_path))
    assert session.given is not None
    with qtbot.waitSignals([session.opened_changed, session.run_ended]):
        assert page.open_dropped(files["other"])
    assert session.given is None
    assert not page.data_bar.isVisible()


def test_the_heading_of_k_says_that_the_data_are_given_and_of_which_file(
    page: WatchPage, tmp_path: Path, qtbot: QtBot
) -> None:
    session = page.services.session
    panel = page.docks["bound"]
    assert isinstance(panel, BoundPanel)
    give(page, write_points(tmp_path), qtbot)
    with qtbot.waitSignal(session.bound_changed):
        session.measure_bound()
    assert panel._heading.text() == "Measured just now on given data: 54 examples of rings.npy; bits per sample"


# ---------------------------------------------------------------------------------------------------- what is exported
def notes(scene: QWidget) -> list[str]:
    views = sorted(scene.findChildren(Canvas), key=lambda view: (view.y(), view.x()))
    return [view.header.note for view in views]


def test_a_film_and_figure_one_say_that_the_data_are_given(page: WatchPage, tmp_path: Path, qtbot: QtBot) -> None:
    session = page.services.session
    give(page, write_points(tmp_path), qtbot)
    recordings = {side: session.recording(side) for side in SIDES}
    film = FilmScene(recordings, LIGHT, QSize(500, 300), data_note=session.data_reader.note)
    qtbot.addWidget(film, before_close_func=close_figures)
    next(film.images())
    assert notes(film) == ["t = 0 · given data: rings.npy", "t = 0"]
    assert session.opened is not None
    session.compute_drift()
    qtbot.waitUntil(lambda: session.figure_ready)
    figure = figure_of(session.opened.checkpoint, recordings, session, LIGHT)
    qtbot.addWidget(figure, before_close_func=close_figures)
    assert notes(figure) == ["given data: rings.npy"] * 3 + [""] * 6


def test_figure_three_shows_the_given_images_and_says_so(images: Session, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignals([images.data_changed, images.run_ended]):
        images.open_data(write_images(tmp_path))
    qtbot.waitUntil(lambda: not images._tasks._activities)
    with qtbot.waitSignal(images.figure_changed):
        images.compute_figure()
    assert images.opened is not None
    assert images.image_rows.rows is not None
    data = images.opened.checkpoint.data
    levels = np.floor(data.to_user(images.image_rows.rows.examples) + 1e-3)
    assert set(np.unique(levels)) == {0.0, 90.0, 255.0}
    recordings = {side: images.recording(side) for side in SIDES}
    figure = figure_of(images.opened.checkpoint, recordings, images, LIGHT)
    qtbot.addWidget(figure, before_close_func=close_figures)
    assert notes(figure)[0] == "t = 0 · given data: images.npy"


# ------------------------------------------------------------------------------------------------------ the command
@pytest.fixture
def settings_of_nobody(same_looks: None, trusted: None) -> None:
    """The program neither reads nor changes the user's settings, and the looks are put back."""


@pytest.mark.parametrize("name", ["a.png", "figure.png"])
def test_the_command_starts_from_given_data(
    settings_of_nobody: None, files: dict[str, str], tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    option = "--screenshot" if name == "a.png" else "--render"
    data = write_points(tmp_path)
    contents = []
    for arguments in ([], ["--data", data], ["--data", data]):
        assert main([files["small"], *arguments, option, str(tmp_path / name)]) == 0
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] != contents[1]
    if option == "--render":
        assert contents[1] == contents[2]
        assert f", given data {data}\n" in capsys.readouterr().out


@pytest.mark.parametrize(("kind", "words"), [("none", "there is no such file"), ("several", "choose one as in")])
def test_data_that_the_command_cannot_use_are_refused_in_one_line(
    settings_of_nobody: None,
    files: dict[str, str],
    tmp_path: Path,
    kind: str,
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = write_arrays(tmp_path) if kind == "several" else str(tmp_path / "none.npy")
    assert main([files["small"], "--data", data, "--screenshot", str(tmp_path / "a.png")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"dpm-gui: {data}: ")
    assert words in error
    assert error.count("\n") == 1
    assert not (tmp_path / "a.png").exists()


def test_the_program_opens_the_data_with_the_first_checkpoint(
    settings_of_nobody: None, qapp: QApplication, settings: object, files: dict[str, str], tmp_path: Path, qtbot: QtBot
) -> None:
    from dpm_gui.app import make_program

    program = make_program(qapp, Preferences(settings))  # type: ignore[arg-type]
    program.show()
    program.open_after_paint(files["small"], data=write_points(tmp_path))
    try:
        with qtbot.waitSignal(program.session.data_changed, check_params_cb=None):
            program.window.show()
        qtbot.waitUntil(lambda: program.session.given is not None)
        qtbot.waitUntil(lambda: program.session.recording(FORWARD).complete)
        with qtbot.waitSignal(program.session.run_ended):
            program.session.open(files["other"])
        qtbot.waitUntil(lambda: "rings.npy is no longer used" in program.window.activity.text)
    finally:
        program.close()
        program.window.close()
        close_figures(program.window)
        program.window.deleteLater()
        program.deleteLater()
