"""The plot of histograms: its bins, its marks and its numbers."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.views.plots.histograms import Histogram, HistogramPlot, Mark

EDGES = np.linspace(-2.0, 2.0, 5)
COUNTS = np.array([1, 4, 3, 2])


@pytest.fixture
def plot(qtbot: QtBot) -> HistogramPlot:
    made = HistogramPlot("Work", "why", "W, bits", "work", "nothing yet")
    qtbot.addWidget(made)
    made.resize(320, 240)
    made.show()
    return made


def test_it_says_how_to_get_numbers_and_then_shows_them(plot: HistogramPlot) -> None:
    assert plot.message == "nothing yet"
    plot.show_histograms(EDGES, [Histogram("paths", COUNTS, "forward")], [Mark("mean", 0.2, "reverse")])
    assert plot.message is None
    assert plot._legend.names == ["paths", "mean"]
    assert plot.home.left() < -2.0
    assert plot.home.bottom() > COUNTS.max()


def test_new_numbers_take_the_place_of_the_old_ones(plot: HistogramPlot) -> None:
    for factor in (1, 2):
        plot.show_histograms(EDGES, [Histogram("paths", factor * COUNTS, "forward")])
    assert len(plot._shown) == 1
    np.testing.assert_array_equal(plot.table().columns["paths"], 2 * COUNTS)
    plot.show_none()
    assert plot._shown == []


def test_the_table_has_the_bins_and_every_histogram(plot: HistogramPlot) -> None:
    plot.show_histograms(
        EDGES, [Histogram("forward", COUNTS, "forward"), Histogram("reverse", COUNTS[::-1], "reverse")]
    )
    columns = plot.table().columns
    assert list(columns) == ["from (W, bits)", "to (W, bits)", "forward", "reverse"]
    assert {len(column) for column in columns.values()} == {4}
