"""The entropy bounds behind the slider's track: where they lie, what is said of them, and that they cost nothing."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent, QImage, QPixmap
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from core.values.measurements import StepEntropies
from dpm_gui.desktop.theme import DARK
from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.views.timeline import entropy_band
from dpm_gui.views.timeline.entropy_band import EntropyBand
from dpm_gui.views.timeline.time_slider import TimeSlider
from dpm_gui.views.timeline.time_slider_painter import EDGE, TimeAxis

LAST = 40


def entropies() -> StepEntropies:
    upper = np.linspace(-4.0, 2.0, LAST)
    lower = upper - 0.5
    lower[0] = -np.inf
    return StepEntropies(upper, lower, upper)


@pytest.fixture
def slider(qtbot: QtBot) -> TimeSlider:
    made = TimeSlider()
    qtbot.addWidget(made)
    made.set_last(LAST)
    made.resize(800, made.sizeHint().height())
    made.show_entropies(EntropyBand.of(entropies()))
    made.show()
    return made


def blue_columns(image: QImage) -> list[int]:
    """Return the columns in which there is something blue."""
    return [
        x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y).hsvSaturation() > 60
    ]


def test_a_bound_of_minus_infinity_is_drawn_at_the_bottom_and_all_others_above() -> None:
    axis = TimeAxis(800, LAST)
    lower, upper = EntropyBand.of(entropies()).lines(axis, 10.0, 100.0)
    assert lower.size() == upper.size() == LAST
    assert lower.first().y() == pytest.approx(110.0)
    assert lower.at(1).y() < 109.0
    assert upper.last().y() == pytest.approx(10.0)
    assert (lower.first().x(), lower.last().x()) == (axis.x_of(1), axis.x_of(LAST))


def test_bounds_of_minus_infinity_alone_are_drawn_too() -> None:
    nothing = np.full(3, -np.inf)
    lower, upper = EntropyBand.of(StepEntropies(nothing, nothing, nothing)).lines(TimeAxis(300, 3), 0.0, 50.0)
    assert all(np.isfinite(line.at(index).y()) for line in (lower, upper) for index in range(3))


def test_the_band_follows_scale_and_view_of_the_axis() -> None:
    scale = TimeScale(np.linspace(0.0, 1.0, LAST + 1) ** 2)
    lower, _ = EntropyBand.of(entropies()).lines(TimeAxis(800, LAST, scale), 0.0, 50.0)
    assert lower.at(19).x() == pytest.approx(TimeAxis(800, LAST, scale).x_of(20))
    zoomed = TimeAxis(800, LAST, None, (0.5, 1.0))
    lower, _ = EntropyBand.of(entropies()).lines(zoomed, 0.0, 50.0)
    assert (lower.size(), lower.first().x()) == (22, zoomed.x_of(19))  # one beyond the view, where the line goes on


def test_the_words_name_step_bounds_and_unit() -> None:
    band = EntropyBand.of(entropies())
    assert band.described(LAST) == "Entropy of the reverse step at t = 40: 1.50 to 2.00 bits per dimension"
    assert band.described(1).endswith("at t = 1: at most −4.00 bits per dimension; lower bound ↓ −∞ at t = 1")
    assert "no step" in band.described(0)
    assert EntropyBand.of(entropies(), 3).described(LAST).endswith("4.50 to 6.00 bits per pixel")


def test_the_slider_shows_the_band_in_the_colour_of_the_forward_side(slider: TimeSlider) -> None:
    assert min(blue_columns(slider.grab().toImage())) >= slider.axis.x_of(1) - 4
    slider.set_palette(DARK)
    assert blue_columns(slider.grab().toImage())
    slider.set_last(LAST)
    assert not blue_columns(slider.grab().toImage())


def test_in_a_part_of_the_axis_the_band_ends_with_the_track(slider: TimeSlider) -> None:
    slider._set_view((0.5, 0.9))
    columns = blue_columns(slider.grab().toImage())
    assert (min(columns), max(columns)) == (EDGE, slider.width() - EDGE - 1)


def test_the_band_is_drawn_once_however_often_t_changes(slider: TimeSlider, monkeypatch: pytest.MonkeyPatch) -> None:
    slider.grab()
    drawn: list[object] = []
    monkeypatch.setattr(entropy_band, "QPixmap", lambda *size: drawn.append(size) or QPixmap(*size))
    for t in range(LAST):
        slider.set_t(t)
        slider.grab()
    assert not drawn
    slider.resize(700, slider.height())
    slider.grab()
    assert len(drawn) == 1


def test_the_tool_tip_tells_the_bounds_under_the_pointer(slider: TimeSlider, qtbot: QtBot) -> None:
    place = QPoint(round(slider.axis.x_of(LAST)), 10)
    QApplication.sendEvent(slider, QHelpEvent(QEvent.Type.ToolTip, place, slider.mapToGlobal(place)))
    qtbot.waitUntil(lambda: "1.50 to 2.00 bits per dimension" in QToolTip.text())
    QToolTip.hideText()
