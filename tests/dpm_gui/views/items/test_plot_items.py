"""What plots over time are made of: the band, the legend and the cursor; and the pane that explains a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QTransform
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from pytestqt.qtbot import QtBot

from core.values.measurements import StepEntropies
from dpm_gui.desktop.theme import DARK, LIGHT
from dpm_gui.views.figures.legend import LINE_LENGTH, Legend
from dpm_gui.views.items.band import OPACITY, BandItem
from dpm_gui.views.plots.entropies import EntropyPlot
from dpm_gui.views.widgets.popover import Popover

SIZE = 100
FRAME = 2
"""Pixels: the frame that the offscreen platform puts even around a pane."""


def painted(paint: Callable[[QPainter], None]) -> QImage:
    image = QImage(SIZE, SIZE, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return image


def alphas(image: QImage) -> NDArray[np.uint8]:
    return np.frombuffer(image.constBits(), np.uint8).reshape(SIZE, SIZE, 4)[..., 3].copy()


def painted_item(item: QGraphicsItem) -> QImage:
    return painted(lambda painter: item.paint(painter, QStyleOptionGraphicsItem()))


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


# ---------------------------------------------------------------------------------------------------------- legend
def test_a_legend_has_room_for_its_longest_name_and_a_line_for_each(qtbot: QtBot) -> None:
    font, legend = QFont(), Legend()
    names = ["upper", "a much longer name than that"]
    legend.apply_palette([(name, QPen()) for name in names], font, QColor(LIGHT.ink), QColor(LIGHT.surface))
    metrics = QFontMetricsF(font)
    assert legend.names == names
    assert legend.boundingRect().width() >= LINE_LENGTH + metrics.horizontalAdvance(names[1])
    assert legend.boundingRect().height() >= 2 * metrics.height()


def test_a_legend_shows_a_piece_of_each_line_in_its_own_colour_on_a_veil(qtbot: QtBot) -> None:
    legend = Legend()
    hues = [QColor(LIGHT.forward), QColor(LIGHT.reverse)]
    legend.apply_palette([("q", QPen(hue, 2.0)) for hue in hues], QFont(), QColor(LIGHT.ink), QColor(LIGHT.surface))
    image = painted_item(legend)
    column = round(LINE_LENGTH / 2)
    shown = [image.pixelColor(column, row).rgb() for row in range(SIZE)]
    assert [hue.rgb() for hue in hues if hue.rgb() in shown] == [hue.rgb() for hue in hues]
    assert shown.index(hues[0].rgb()) < shown.index(hues[1].rgb())
    assert 128 < alphas(image)[1, 1] < 255


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


# --------------------------------------------------------------------------------------------------------- popover
@pytest.fixture
def popover(qtbot: QtBot) -> Iterator[Popover]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = Popover("<p>Two sentences. And a <i>formula</i>.</p>", parent)
    made.apply_palette(LIGHT)
    yield made
    made.close()


def test_a_pane_opens_with_its_top_right_where_it_is_asked_for(popover: Popover) -> None:
    popover.open_at(QPoint(600, 100))
    assert popover.isVisible()
    assert (popover.x() + popover.width(), popover.y()) == pytest.approx((600, 100), abs=FRAME)


@pytest.mark.parametrize("corner", [QPoint(-300, -50), QPoint(5000, 5000), QPoint(20, 790)])
def test_a_pane_stays_on_the_screen(popover: Popover, corner: QPoint) -> None:
    popover.open_at(corner)
    assert popover.screen().availableGeometry().adjusted(0, 0, FRAME, FRAME).contains(popover.geometry())


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_a_key_closes_a_pane(popover: Popover, key: Qt.Key) -> None:
    popover.open_at(QPoint(600, 100))
    QTest.keyClick(popover, key)
    assert not popover.isVisible()


def test_a_pane_has_the_colours_of_the_palette(popover: Popover) -> None:
    popover.apply_palette(DARK)
    popover.open_at(QPoint(600, 100))
    assert popover.grab().toImage().pixelColor(8, 8) == QColor(DARK.surface)
