"""One theme for the application: what is chosen is on show, and the colours are those of the table."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QGraphicsView,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QWidget,
)

from dpm_gui.desktop.appearance import STYLE_DARKENS, Theme, outlined
from dpm_gui.desktop.theme import DARK, LIGHT, SMALLEST_TEXT, mixed, text_size
from tests.support.pixels import rgb


@pytest.fixture
def application(qapp):
    """The application, whose looks are put back afterwards."""
    palette, sheet, font = QPalette(qapp.palette()), qapp.styleSheet(), QFont(qapp.font())
    yield qapp
    qapp.styleHints().setColorScheme(Qt.ColorScheme.Unknown)
    qapp.setPalette(palette)
    qapp.setStyleSheet(sheet)
    qapp.setFont(font)


@pytest.fixture
def theme(application):
    made = Theme(application)
    yield made
    made.deleteLater()


def luminance(colour: str) -> float:
    parts = [value / 255 for value in rgb(colour)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_a_platform_that_says_nothing_gets_the_light_theme(theme):
    assert theme.choice == "system"
    assert theme.palette == LIGHT


def test_a_choice_is_told_and_shown(theme, application, qtbot):
    with qtbot.waitSignal(theme.changed) as received:
        theme.choose("dark")
    assert received.args == [DARK]
    assert theme.palette == DARK
    assert application.palette().color(QPalette.ColorRole.Window) == QColor(DARK.window)


def test_the_same_choice_again_is_not_told(theme, qtbot):
    theme.choose("dark")
    with qtbot.assertNotEmitted(theme.changed):
        theme.choose("dark")


@pytest.fixture
def system(theme, monkeypatch):
    """Lets the system change its scheme; the offscreen platform has none of its own."""

    def change(scheme: Qt.ColorScheme) -> None:
        monkeypatch.setattr(theme, "_system_scheme", lambda: scheme)
        theme._application.styleHints().colorSchemeChanged.emit(scheme)

    return change


def test_the_system_is_followed_while_it_is_the_choice(theme, system):
    system(Qt.ColorScheme.Dark)
    assert theme.palette == DARK
    system(Qt.ColorScheme.Light)
    assert theme.palette == LIGHT


def test_the_system_is_not_followed_after_another_choice(theme, system):
    theme.choose("light")
    system(Qt.ColorScheme.Dark)
    assert theme.palette == LIGHT
    theme.choose("system")
    assert theme.palette == DARK


def test_toggling_twice_shows_what_was_there(theme):
    theme.toggle()
    assert (theme.palette, theme.choice) == (DARK, "dark")
    theme.toggle()
    assert (theme.palette, theme.choice) == (LIGHT, "light")


def test_an_unknown_choice_is_refused_by_name(theme):
    with pytest.raises(ValueError, match="'sepia'"):
        theme.choose("sepia")
    assert theme.choice == "system"


def test_a_projector_enlarges_the_text_of_all_widgets_and_no_projector_takes_it_back(theme, application, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    plot = QGraphicsView(window)
    plot.setPalette(QPalette(plot.palette()))  # a palette of its own, as views have
    window.show()
    before = application.font().pointSizeF()
    theme.set_projector(True)
    assert theme.projector
    assert application.font().pointSizeF() == pytest.approx(1.5 * before)
    assert plot.font().pointSizeF() == pytest.approx(1.5 * before)
    theme.set_projector(False)
    assert plot.font().pointSizeF() == pytest.approx(before)


def test_a_button_below_a_style_sheet_follows_the_projector_at_once(theme, application, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.setStyleSheet("QPushButton { border: none; }")
    button = QPushButton("Play", window)
    window.show()
    before = button.font().pointSizeF()
    theme.set_projector(True)
    assert button.font().pointSizeF() == pytest.approx(1.5 * before)
    theme.set_projector(False)
    assert button.font().pointSizeF() == pytest.approx(before)


def test_no_style_sheet_is_set_for_all_widgets(theme, application):
    theme.toggle()  # which would set up every widget of the window anew, in a tenth of a second
    theme.set_projector(True)
    assert application.styleSheet() == ""


def test_no_text_is_smaller_than_nine_points(application, qtbot):
    small = QFont(application.font())
    small.setPointSizeF(6.0)
    application.setFont(small)
    theme = Theme(application)
    assert QApplication.font().pointSizeF() == SMALLEST_TEXT
    label = QWidget()
    qtbot.addWidget(label)
    assert text_size(label, -3.0) == SMALLEST_TEXT
    theme.deleteLater()


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_text_can_be_read_on_both_backgrounds(palette):
    for background in (palette.window, palette.surface):
        assert contrast(palette.ink, background) >= 7.0
        assert contrast(palette.muted, background) >= 4.5
    assert palette.dark == (palette is DARK)


@pytest.mark.parametrize("choice", ["light", "dark"])
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton, QSpinBox, QComboBox, QLineEdit, QPushButton, QSlider])
def test_the_outline_of_a_control_stands_out_from_the_window(theme, choice, kind, qtbot):
    theme.choose(choice)
    around = QWidget()
    qtbot.addWidget(around)
    control = QSlider(Qt.Orientation.Horizontal, around) if kind is QSlider else kind(around)
    control.resize(60, 24)
    image = around.grab().toImage()
    column = {image.pixelColor(x, y).name() for x in range(12) for y in range(24)}
    assert max(contrast(colour, theme.palette.window) for colour in column) >= 3.0


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_outlines_and_the_colour_of_the_focus_stand_out_from_both_backgrounds(palette):
    for background in (palette.window, palette.surface):
        assert contrast(palette.outline, background) >= 3.0
        assert contrast(palette.forward, background) >= 3.0
    derived = outlined(palette).color(QPalette.ColorRole.Window).darker(STYLE_DARKENS)
    assert contrast(derived.name(), palette.outline) < 1.05


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
def test_lines_of_both_processes_stand_out_from_the_surface(palette):
    assert contrast(palette.forward, palette.surface) >= 3.0
    assert contrast(palette.reverse, palette.surface) >= 3.0


def test_colours_mix_evenly():
    assert mixed("#000000", "#FFFFFF", 0.0) == "#000000"
    assert mixed("#000000", "#FFFFFF", 1.0) == "#ffffff"
    assert mixed("#000000", "#FF8000", 0.5) == "#804000"
