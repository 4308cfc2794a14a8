"""Light and dark, the projector, docks; and that the window comes back after a restart as it was left."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QDockWidget, QLabel, QToolButton

from dpm_gui.desktop.theme import DARK, LIGHT, Palette
from dpm_gui.engine.values import FORWARD
from tests.support.person import Person, Start, child, choose, click, let_pass, open_menu, press, the_popup


def background(person: Person) -> dict[str, str]:
    """Return the colours behind the window, a canvas and the entropy plot."""
    let_pass(0.05)
    canvas, plot = person.views[FORWARD].viewport(), person.entropies.viewport()
    return {
        "window": colour(person.window.grab().toImage(), person.window.statusBar().geometry()),
        "canvas": colour(canvas.grab().toImage(), QRect(0, 0, 4, 4)),
        "plot": colour(plot.grab().toImage(), QRect(0, 0, 4, 4)),
    }


def colour(image: QImage, place: QRect) -> str:
    return QColor(image.pixel(place.center())).name().upper()


def colours_of(palette: Palette) -> dict[str, str]:
    return {"window": palette.window, "canvas": palette.surface, "plot": palette.surface}


def dock(person: Person, name: str) -> QDockWidget:
    return person.window.findChild(QDockWidget, name)


def test_the_button_switches_light_and_dark_and_all_is_painted_anew(person: Person) -> None:
    person.stand_on(20)
    button = child(person.window, QToolButton, "Switch light and dark")
    assert background(person) == colours_of(LIGHT)
    for palette in (DARK, LIGHT, DARK):
        click(button)
        assert background(person) == colours_of(palette)
    assert person.program.preferences.theme == "dark"


def test_the_menu_chooses_the_theme_and_shows_which_it_is(person: Person) -> None:
    for text, palette in (("Dark", DARK), ("Light", LIGHT)):
        choose(open_menu("V"), "Theme")
        choose(the_popup(), text)
        assert background(person) == colours_of(palette)
        checked = [action.text() for action in person.window.menus.themes.actions() if action.isChecked()]
        assert checked == [text]


def test_the_theme_is_remembered_over_a_restart_and_the_command_line_does_not_change_it(start: Start) -> None:
    person = start(theme=None)
    person.wait_for_run()
    click(child(person.window, QToolButton, "Switch light and dark"))
    dark = person.program.theme.palette
    press("Ctrl+Q")
    for theme, expected in ((None, dark), ("light", LIGHT), (None, dark)):
        person = start(theme=theme)
        person.wait_for_run()
        assert background(person) == colours_of(expected)
        press("Ctrl+Q")


def test_the_projector_enlarges_text_and_is_remembered(start: Start) -> None:
    person = start()
    person.wait_for_run()
    label = child(person.window, QLabel, "Seed")
    before, header = label.fontInfo().pointSizeF(), person.views[FORWARD].header.height()
    choose(open_menu("V"), "Projector")
    let_pass(0.05)
    assert label.fontInfo().pointSizeF() > 1.3 * before
    assert person.views[FORWARD].header.height() > header
    press("Ctrl+Q")
    person = start()
    person.wait_for_run()
    assert person.window.actions_["projector"].isChecked()
    choose(open_menu("V"), "Projector")
    let_pass(0.05)
    assert child(person.window, QLabel, "Seed").font().pointSizeF() < 1.3 * before


def test_docks_are_closed_brought_back_and_remembered(start: Start) -> None:
    person = start()
    person.wait_for_run()
    choose(open_menu("W"), "Bound K")
    assert not dock(person, "bound").isVisible()
    person.window.resize(1000, 700)
    press("Ctrl+Q")
    person = start()
    person.wait_for_run()
    assert not dock(person, "bound").isVisible()
    assert dock(person, "entropies").isVisible()
    assert person.window.height() == 700
    choose(open_menu("W"), "Bound K")
    assert dock(person, "bound").isVisible()


def test_reset_layout_puts_every_dock_back(person: Person) -> None:
    entropies, bound = dock(person, "entropies"), dock(person, "bound")
    before = entropies.geometry()
    entropies.setFloating(True)
    choose(open_menu("W"), "Bound K")
    choose(open_menu("W"), "Reset layout")
    let_pass(0.05)
    assert bound.isVisible()
    assert entropies.isVisible()
    assert not entropies.isFloating()
    assert entropies.x() == before.x()
    assert entropies.width() == before.width()


def test_f11_fills_the_screen_and_gives_it_back(person: Person) -> None:
    for full in (True, False):
        press("F11")
        let_pass(0.05)
        assert person.window.isFullScreen() == full
        assert person.player.playing


def test_f11_shows_the_content_alone_and_brings_back_what_was_around_it(person: Person) -> None:
    around = [person.window.menuBar(), person.window.statusBar(), dock(person, "entropies")]
    choose(open_menu("W"), "Bound K")
    for alone in (True, False):
        press("F11")
        let_pass(0.05)
        assert [widget.isVisible() for widget in around] == [not alone] * 3
        assert not dock(person, "bound").isVisible()
    press("F11", "Ctrl+2", "Ctrl+1")
    assert not dock(person, "entropies").isVisible()
    press("F11")
    assert dock(person, "entropies").isVisible()


def test_docks_are_tabs_in_a_low_window_and_one_above_the_other_in_a_high_one(person: Person) -> None:
    entropies, bound = dock(person, "entropies"), dock(person, "bound")
    for height, tabs in ((540, True), (800, False), (540, True)):
        person.window.resize(1024, height)
        let_pass(0.05)
        assert (person.window.tabifiedDockWidgets(entropies) == [bound]) == tabs
    person.window.resize(1024, 800)
    let_pass(0.05)
    assert entropies.y() + entropies.height() <= bound.y()
