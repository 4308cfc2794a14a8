"""What plots over time are made of: the band between two curves, and the cursor."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QTransform
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem
from pytestqt.qtbot import QtBot

from core.values.measurements import StepEntropies
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.views.items.band import OPACITY, BandItem
from dpm_gui.views.plots.entropies import EntropyPlot
from tests.support.pixels import alphas, painted


# ------------------------------------------------------------------------------------------------------------ band
@pytest.fixture
def band(qtbot: QtBot) -> BandItem:
    """An upper curve at 20 and a lower one at 70, from 10 to 90."""
    made = BandItem()
    made.apply_palette(QColor(LIGHT.forward), 1.0)
    made.set_curves(np.array([10.0, 50.0, 90.0]), np.full(3, 20.0), np.full(3, 70.0))
    return made


def test_between_the_curves_lies_a_light_band_and_nothing_beyond(band: BandItem) -> None:
    alpha = alphas(painted(lambda painter: band.draw(painter, QTransform())))
    assert (alpha[30:60, 15:85] == round(OPACITY * 255)).all()
    assert not alpha[:15].any()
    assert not alpha[80:].any()
    assert not alpha[:, :5].any()


def test_the_upper_curve_is_one_stroke_and_the_lower_is_dashed(band: BandItem) -> None:
    alpha = alphas(painted(lambda painter: band.draw(painter, QTransform())))
    strokes = [np.diff((alpha[row, 12:88] > 128).astype(int)) for row in (20, 70)]
    assert not strokes[0].any()
    assert (strokes[1] == 1).sum() >= 4


def test_without_curves_nothing_is_drawn(band: BandItem) -> None:
    band.set_curves(np.empty(0), np.empty(0), np.empty(0))
    assert not alphas(painted(lambda painter: band.draw(painter, QTransform()))).any()


def test_curves_follow_the_plot_s_transformation(band: BandItem) -> None:
    alpha = alphas(painted(lambda painter: band.draw(painter, QTransform(0.5, 0, 0, 0.5, 0, 40))))
    rows, columns = np.nonzero(alpha > 128)
    assert (columns.min(), columns.max()) == pytest.approx((5, 45), abs=2)
    assert (rows.min(), rows.max()) == pytest.approx((50, 75), abs=2)


# ---------------------------------------------------------------------------------------------------------- cursor
@pytest.fixture
def plot(qtbot: QtBot) -> EntropyPlot:
    made = EntropyPlot()
    qtbot.addWidget(made)
    made.resize(320, 420)
    made.show()
    upper, lower = np.array([0.0, 1.0, 1.5, 2.0]), np.array([-np.inf, -1.0, 0.5, 1.0])
    made.show_entropies(StepEntropies(upper, lower, np.zeros(4)))
    return made


def dots_wanted(plot: EntropyPlot, *levels: float) -> list[float]:
    return [plot.view.mapFromView(QPointF(2.0, level)).y() for level in levels]


def test_the_cursor_has_a_dot_where_it_crosses_each_curve_also_after_a_change_of_size(plot: EntropyPlot) -> None:
    plot.set_cursor(2)
    cursor = plot._cursor
    assert cursor._dots == pytest.approx(dots_wanted(plot, 1.0, -1.0))
    before = list(cursor._dots)
    plot.resize(320, 300)
    QApplication.processEvents()
    assert cursor._dots == pytest.approx(dots_wanted(plot, 1.0, -1.0))
    assert cursor._dots != before
    assert cursor.boundingRect().height() == plot.view.rect().height()


def test_where_a_curve_is_at_minus_infinity_the_cursor_has_no_dot_for_it(plot: EntropyPlot) -> None:
    plot.set_cursor(1)
    assert plot._cursor._dots == pytest.approx(dots_wanted(plot, 0.0))


def test_thicker_lines_widen_the_strip_that_the_cursor_repaints(plot: EntropyPlot) -> None:
    width = plot._cursor.boundingRect().width()
    plot.set_line_scale(1.5)
    assert plot._cursor.boundingRect().width() == pytest.approx(1.5 * width)


def test_an_item_in_a_view_without_a_size_draws_nothing(band: BandItem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band, "boundingRect", QRectF)
    assert not alphas(painted(lambda painter: band.paint(painter, QStyleOptionGraphicsItem()))).any()
