"""The plot of several curves over the steps: its lines, its two time axes, its cursor and its numbers."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import DARK
from dpm_gui.engine.time_scale import log_signal_to_noise
from dpm_gui.views.items.curves import Curve
from dpm_gui.views.plots.curves_plot import CurvesPlot
from tests.support.places import to_viewport

STEPS = 10
LEFT = Qt.MouseButton.LeftButton
RATIOS = log_signal_to_noise(np.linspace(1.0, 0.001, STEPS + 1))
RISING = np.linspace(-1.0, 2.0, STEPS)


@pytest.fixture
def plot(qtbot: QtBot) -> CurvesPlot:
    made = CurvesPlot("Entropy", "why", "entropy", "nothing yet")
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    lower = RISING - 0.5
    lower[0] = -np.inf
    errors = np.full(STEPS - 1, 0.1)
    curves = [
        Curve("upper", 1, RISING, "forward"),
        Curve("lower", 1, lower, "forward", dashed=True),
        Curve("model", 2, RISING[1:] - 0.2, "reverse", errors=errors),
    ]
    made.show_curves(curves, "bits per sample", band=(0, 1))
    return made


def test_before_there_are_curves_it_says_how_to_get_some(qtbot: QtBot) -> None:
    made = CurvesPlot("Entropy", "why", "entropy", "nothing yet")
    qtbot.addWidget(made)
    assert made.message == "nothing yet"
    assert made.step_range is None
    assert made.table().columns.keys() == {"t"}


def test_all_finite_values_are_in_view(plot: CurvesPlot) -> None:
    assert plot.home.left() < 1
    assert plot.home.right() > STEPS
    assert plot.home.top() < -1.0
    assert plot.home.bottom() > 2.0


def test_the_legend_names_every_curve(plot: CurvesPlot) -> None:
    assert plot._legend.names == ["upper", "lower", "model"]


def test_the_cursor_tells_the_numbers_of_its_step(plot: CurvesPlot) -> None:
    plot.set_cursor(1)
    assert plot.header.readout == "t = 1 · upper −1.000 · lower −∞ bits/sample"
    plot.set_cursor(4)
    assert plot.header.readout == "t = 4 · upper 0.000 · lower −0.500 · model −0.200 bits/sample"
    plot.set_cursor(0)
    assert "no value" in plot.header.readout


@pytest.mark.parametrize("by_ratio", [False, True])
def test_a_press_chooses_the_step_below_the_pointer(plot: CurvesPlot, by_ratio: bool) -> None:
    plot.set_ratios(RATIOS if by_ratio else None)
    chosen: list[int] = []
    plot.step_chosen.connect(chosen.append)
    for t in (7, 3):
        x = -RATIOS[t] if by_ratio else float(t)
        place = to_viewport(plot, QPointF(x, 0.0)).toPoint()
        QTest.mousePress(plot.viewport(), LEFT, pos=QPoint(place.x(), 150))
        QTest.mouseRelease(plot.viewport(), LEFT, pos=QPoint(place.x(), 150))
    assert chosen == [7, 3]


def test_by_signal_to_noise_the_axis_falls_from_left_to_right(plot: CurvesPlot) -> None:
    plot.set_ratios(RATIOS)
    axis = plot._axes[0]
    assert axis.tickStrings([-2.0, 0.0, 2.0], 1.0, 2.0) == ["2", "0", "−2"]
    plot.set_ratios(None)
    assert axis.tickStrings([2.0], 1.0, 1.0) == ["2"]


def test_the_table_has_every_curve_and_its_errors_at_each_step(plot: CurvesPlot) -> None:
    columns = plot.table().columns
    assert list(columns) == [
        "t",
        "upper (bits per sample)",
        "lower (bits per sample)",
        "model (bits per sample)",
        "standard error of model (bits per sample)",
    ]
    np.testing.assert_array_equal(columns["upper (bits per sample)"], RISING)
    assert np.isnan(columns["model (bits per sample)"][0])
    assert {len(column) for column in columns.values()} == {STEPS}


def test_it_is_drawn_in_both_themes_and_at_each_scale(plot: CurvesPlot) -> None:
    light = plot.grab().toImage()
    plot.set_palette(DARK)
    dark = plot.grab().toImage()
    plot.set_ratios(RATIOS)
    assert light != dark
    assert plot.grab().toImage() != dark
