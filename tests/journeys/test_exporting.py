"""Saving what is on show: pictures, drawings, numbers, films and figure 1; and paths that cannot be written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLineEdit

from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.figures import FORMATS
from dpm_gui.export.film_dialog import FilmDialog
from dpm_gui.export.film_options import FilmOptions
from dpm_gui.views.figures.figure import Figure
from tests.support.person import (
    Person,
    Start,
    answer_file_dialog,
    choose,
    close_error,
    press,
    shown,
    the,
    type_in,
    wait_until,
)
from tests.support.pixels import frame_count


def figures(person: Person) -> Iterator[Figure]:
    yield from (*person.views.values(), person.entropies)


def export(person: Person, figure: Figure, kind: str, path: Path) -> None:
    """Save ``figure`` from its context menu and wait until the status bar says so."""
    choose(person.right_click(figure), kind)
    answer_file_dialog(path)
    wait_until(lambda: person.window.activity.text == f"Saved {path}: {FORMATS[path.suffix[1:]]}")


QUICK = FilmOptions(speed=2.0, rate=15)


def ask_for(person: Person, path: Path) -> None:
    """Ask for a film as the dialog proposes it, or for a figure, up to the dialog that names the file."""
    person.program.preferences.film = QUICK.to_text()
    if path.suffix == ".png":
        person.wait_for_run()
        person.window.actions_["export_figure"].trigger()
        wait_until(the(QFileDialog).isActiveWindow)
        return
    press("Ctrl+E")
    the(FilmDialog)
    press("Return")


def film(person: Person, path: Path) -> None:
    """Export a film or a figure and wait until the status bar says that it is saved."""
    ask_for(person, path)
    answer_file_dialog(path)
    wait_until(lambda: person.window.activity.text == f"Saved {path}: {FORMATS[path.suffix[1:]]}")


def test_every_canvas_and_plot_is_saved_as_picture_drawing_and_numbers(person: Person, tmp_path: Path) -> None:
    person.stand_on(17)
    for number, figure in enumerate(figures(person)):
        path = tmp_path / str(number)
        for kind, suffix in (("Save image", ".png"), ("Save drawing", ".svg"), ("Save numbers", ".csv")):
            export(person, figure, kind, path.with_suffix(suffix))
        with Image.open(path.with_suffix(".png")) as image:
            assert image.size == (2 * figure.width(), 2 * figure.height())
            assert len(image.convert("RGB").getcolors(1 << 20)) > 5
        root = ElementTree.parse(path.with_suffix(".svg")).getroot()
        assert root.get("viewBox") == f"0 0 {figure.width()} {figure.height()}"
        numbers = np.loadtxt(path.with_suffix(".csv"), delimiter=",", skiprows=1)
        for column, saved in zip(figure.table().columns.values(), numbers.T, strict=True):
            assert np.array_equal(saved.astype(column.dtype), column)


def test_the_dialog_suggests_a_name_and_remembers_the_folder(person: Person, tmp_path: Path) -> None:
    person.stand_on(17)
    folder = tmp_path / "pictures"
    folder.mkdir()
    export(person, person.views[FORWARD], "Save image", folder / "one.png")
    choose(person.right_click(person.views[REVERSE]), "Save numbers")
    dialog = the(QFileDialog)
    assert dialog.findChild(QLineEdit, "fileNameEdit").text() == "reverse-t17.csv"
    assert Path(dialog.directory().absolutePath()) == folder
    press("Return")
    wait_until((folder / "reverse-t17.csv").exists)


def test_a_picture_is_copied_to_the_clipboard(person: Person) -> None:
    person.stand_on(17)
    QGuiApplication.clipboard().clear()
    figure = person.entropies
    choose(person.right_click(figure), "Copy image")
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (2 * figure.width(), 2 * figure.height())
    assert person.window.activity.text == "Copied the image"
    assert not shown(QFileDialog)


def test_a_film_is_written_while_the_window_goes_on(start: Start, good_file: Path) -> None:
    person = start(good_file)
    person.wait_for_run()
    path = good_file.with_name("roll.gif")
    person.program.preferences.film = QUICK.to_text()
    press("Ctrl+E")
    the(FilmDialog)
    type_in("G")  # the format has the keyboard
    press("Return")
    answer_file_dialog(path.with_suffix(""))  # the format's suffix is what a name without one gets
    wait_until(lambda: person.window.activity.text.startswith("Writing roll.gif · step"))
    t = person.t
    wait_until(lambda: person.t != t)
    press("Ctrl+R")
    person.wait_for_run()
    wait_until(lambda: person.window.activity.text == f"Saved {path}: {FORMATS[path.suffix[1:]]}")
    with Image.open(path) as image:
        assert image.size == (960, 540)
        assert image.info["duration"] > 0
        assert frame_count(image) >= 12
    assert list(path.parent.glob(".*")) == []


def test_a_film_is_stopped_by_esc_and_no_file_is_left(person: Person, tmp_path: Path) -> None:
    ask_for(person, tmp_path / "roll.mp4")
    answer_file_dialog(tmp_path / "roll.mp4")
    wait_until(lambda: person.window.activity.text.startswith("Writing roll.mp4 · step"))
    press("Esc")
    wait_until(lambda: person.window.activity.text == "Ready")
    assert not list(tmp_path.glob("*.mp4"))
    film(person, tmp_path / "again.mp4")
    with av.open(str(tmp_path / "again.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) > 60


def test_figure_1_is_saved_with_its_arrows_though_nobody_asked_for_them_before(person: Person, tmp_path: Path) -> None:
    path = tmp_path / "figure.png"
    assert not person.session.drifts.found
    film(person, path)
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("L"))
    third = pixels[2 * pixels.shape[0] // 3 :]
    assert (third[third.shape[0] // 4 : -third.shape[0] // 4] < 128).mean() > 0.01


def test_a_path_that_cannot_be_written_gives_a_dialog(person: Person, tmp_path: Path) -> None:
    kinds = {"Save image": "png", "Save drawing": "svg", "Save numbers": "csv", "film": "gif", "figure": "png"}
    for kind, suffix in kinds.items():
        path = tmp_path / kind / f"out.{suffix}"
        path.parent.mkdir()
        if kind.startswith("Save"):
            choose(person.right_click(person.views[FORWARD]), kind)
        else:
            ask_for(person, path)
        the(QFileDialog)
        path.parent.rmdir()  # while the dialog is open
        answer_file_dialog(path)
        (received,) = close_error()
        assert received.startswith(f"{path}: there is no folder")
        assert person.player.playing


def test_an_unknown_kind_of_film_gives_a_dialog(person: Person, tmp_path: Path) -> None:
    ask_for(person, tmp_path / "roll.avi")
    answer_file_dialog(tmp_path / "roll.avi")
    (received,) = close_error()
    assert received.startswith(f"{tmp_path / 'roll.avi'}: ")
    assert ".gif" in received


def test_the_command_of_what_is_on_show_is_copied(person: Person) -> None:
    person.stand_on(17)
    spec = person.session.spec
    press("Ctrl+Shift+C")
    command = QGuiApplication.clipboard().text()
    assert command == f"dpm-gui swiss_roll --seed {spec.seed} --count {spec.count} --at 17"
    assert person.window.activity.text == f"Copied: {command}"


def test_in_paint_a_request_that_is_in_no_file_has_no_command_yet(person: Person) -> None:
    press("Ctrl+2", "Ctrl+Shift+C")
    (received,) = close_error()
    assert "has no command" in received
