"""The plot of how far many futures part: what it draws, and in which measure."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import DARK
from dpm_gui.views.plots.futures_spread import NONE_YET, FuturesSpread


@pytest.fixture
def plot(qtbot: QtBot) -> FuturesSpread:
    made = FuturesSpread()
    qtbot.addWidget(made)
    made.resize(320, 220)
    made.show()
    return made


def test_an_empty_plot_says_how_to_come_by_futures(plot: FuturesSpread) -> None:
    assert plot.message == NONE_YET
    assert plot.step_range is None
    assert all(len(column) == 0 for column in plot.table().columns.values())


def test_the_table_names_measure_and_unit_and_holds_what_has_come(plot: FuturesSpread) -> None:
    plot.begin(40, 12, "entropy", "bits per dimension")
    plot.show_spreads({12: 0.0, 11: 0.25})
    assert plot.message is None
    table = plot.table()
    assert list(table.columns) == ["t", "entropy (bits per dimension)"]
    assert table.columns["t"].tolist() == [11, 12]
    assert table.columns["entropy (bits per dimension)"].tolist() == [0.25, 0.0]
    assert plot._axes[1].labelText == "bits per dimension"
    plot.set_cursor(3)
    assert plot.header.readout == "t = 3 · not computed yet"
    plot.show_none()
    assert not len(plot.curve[0])
    assert plot.message == NONE_YET


def test_all_values_are_in_view_whatever_their_size(plot: FuturesSpread) -> None:
    for values in ({3: 0.0}, {3: 0.0, 2: 1e-4}, {3: 0.0, 2: 80.0}):
        plot.begin(40, 3, "standard deviation", "grey levels")
        plot.show_spreads(values)
        shown = plot.view.viewRect()
        assert shown.top() < 0 <= max(values.values()) < shown.bottom()


def test_the_line_has_the_hue_of_the_reverse(plot: FuturesSpread) -> None:
    plot.set_palette(DARK)
    assert plot._curve.opts["pen"].color().name().upper() == DARK.reverse.upper()
