"""The legend of a plot: room for every name, and a piece of each line."""

from __future__ import annotations

from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPen
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import LIGHT
from dpm_gui.views.figures.legend import LINE_LENGTH, Legend
from tests.support.pixels import SIZE, alphas, painted_item


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
