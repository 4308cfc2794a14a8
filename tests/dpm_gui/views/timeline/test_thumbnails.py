"""The strip of small pictures beyond what the timeline shows of it: waiting, hovering, tool tips, scaling."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.theme import LIGHT
from dpm_gui.engine.time_scale import TimeScale
from dpm_gui.views.timeline.thumbnails import GAP, LARGEST, MOST, SMALLEST, ThumbnailStrip, even_steps
from dpm_gui.views.timeline.time_slider_painter import TimeAxis

LAST = 40


def thumbnail(width: int = 64, height: int = 64) -> QImage:
    made = QImage(width, height, QImage.Format.Format_RGB32)
    made.fill(QColor("#0072B2"))
    return made


@pytest.fixture
def strip(qtbot: QtBot) -> ThumbnailStrip:
    made = ThumbnailStrip()
    qtbot.addWidget(made)
    made.set_last(LAST)
    made.resize(800, LARGEST)
    made.show()
    return made


def middle(strip: ThumbnailStrip, t: int) -> QPoint:
    place = strip.place_of(t)
    assert place is not None
    return place.center().toPoint()


def test_empty_squares_wait_for_pictures_and_answer_no_click(strip: ThumbnailStrip, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(strip.seek_asked):
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=middle(strip, 0))
    image = strip.grab().toImage()
    assert image.pixelColor(middle(strip, LAST)) == QColor(LIGHT.surface)
    strip.set_last(0)
    assert strip.place_of(0) is None


def test_the_pictures_of_another_range_are_dropped(strip: ThumbnailStrip) -> None:
    strip.set_thumbnails([(0, thumbnail()), (LAST, thumbnail())])
    assert strip.grab().toImage().pixelColor(middle(strip, LAST)) == QColor("#0072B2")
    strip.set_last(7)
    assert strip.grab().toImage().pixelColor(middle(strip, 7)) == QColor(LIGHT.surface)


def test_the_pointer_is_a_hand_over_a_picture_alone(strip: ThumbnailStrip) -> None:
    strip.set_thumbnails([(0, thumbnail()), (LAST, thumbnail())])
    shapes = []
    for place in (middle(strip, 0), QPoint(400, LARGEST // 2), middle(strip, LAST)):
        QTest.mouseMove(strip, place)
        shapes.append(strip.cursor().shape())
    hand, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
    assert shapes == [hand, arrow, hand]


def test_only_the_left_button_asks_for_a_step(strip: ThumbnailStrip, qtbot: QtBot) -> None:
    strip.set_thumbnails([(0, thumbnail()), (LAST, thumbnail())])
    with qtbot.assertNotEmitted(strip.seek_asked):
        QTest.mouseClick(strip, Qt.MouseButton.RightButton, pos=middle(strip, LAST))


def test_a_picture_s_tool_tip_names_its_step(strip: ThumbnailStrip, qtbot: QtBot) -> None:
    strip.set_thumbnails([(0, thumbnail()), (LAST, thumbnail())])
    place = middle(strip, LAST)
    QApplication.sendEvent(strip, QHelpEvent(QEvent.Type.ToolTip, place, strip.mapToGlobal(place)))
    qtbot.waitUntil(lambda: QToolTip.text() == f"Show t = {LAST}")
    QToolTip.hideText()


@pytest.mark.parametrize("width", [200, 500, 900, 2000])
def test_squares_are_neither_too_small_nor_too_large_nor_too_near(strip: ThumbnailStrip, width: int) -> None:
    strip.resize(width, LARGEST)
    strip.set_thumbnails([(t, thumbnail()) for t in range(0, LAST + 1, 2)])
    places = [place for t in range(LAST + 1) if (place := strip.place_of(t)) is not None]
    assert all(SMALLEST <= place.width() == place.height() <= LARGEST for place in places)
    gaps = [after.left() - before.right() for before, after in pairwise(places)]
    assert all(gap >= GAP - 1 for gap in gaps)
    assert places[0].left() >= 0
    assert places[-1].right() <= width


def test_a_wide_picture_keeps_its_shape(strip: ThumbnailStrip) -> None:
    strip.set_thumbnails([(0, thumbnail(100, 50)), (LAST, thumbnail())])
    image, place = strip.grab().toImage(), strip.place_of(0)
    assert place is not None
    column = [image.pixelColor(middle(strip, 0).x(), row) for row in range(LARGEST)]
    assert sum(colour == QColor("#0072B2") for colour in column) == pytest.approx(place.height() / 2, abs=2)


@pytest.mark.parametrize("last", [7, 40, 50, 99, 1000])
def test_thumbnails_lie_evenly_whatever_the_number_of_steps(strip: ThumbnailStrip, last: int) -> None:
    strip.resize(1248, LARGEST)
    strip.set_last(last)
    steps = even_steps(TimeAxis(strip.width(), last), last, MOST)
    strip.set_thumbnails([(t, thumbnail()) for t in steps])
    centres = [place.center().x() for t in steps if (place := strip.place_of(t)) is not None]
    assert len(centres) == min(last + 1, MOST)
    gaps = [after - before for before, after in pairwise(centres)]
    assert max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize("last", [40, 1000])
def test_where_a_scale_leaves_gaps_the_others_are_in_even_places_too(strip: ThumbnailStrip, last: int) -> None:
    places = np.concatenate([[0.0], np.linspace(0.31, 1.0, last)])  # nothing lies between the first two steps
    scale = TimeScale(places)
    strip.resize(1248, LARGEST)
    strip.set_last(last)
    strip.set_scale(scale)
    steps = even_steps(TimeAxis(strip.width(), last, scale), last, MOST)
    strip.set_thumbnails([(t, thumbnail()) for t in steps])
    centres = [place.center().x() for t in steps if (place := strip.place_of(t)) is not None]
    gaps = [after - before for before, after in pairwise(centres)]
    assert len(centres) >= 14
    assert max(gaps[1:]) - min(gaps[1:]) <= 1
    assert gaps[0] > 5 * gaps[1]


def test_in_a_low_strip_thumbnails_are_small_and_all_there(strip: ThumbnailStrip) -> None:
    strip.resize(928, SMALLEST)
    strip.set_thumbnails([(t, thumbnail()) for t in range(0, LAST + 1, 2)])
    places = [place for t in range(LAST + 1) if (place := strip.place_of(t)) is not None]
    assert len(places) == MOST
    assert {place.height() for place in places} == {SMALLEST}


def test_a_strip_asks_for_the_height_of_its_largest_pictures(strip: ThumbnailStrip) -> None:
    assert strip.sizeHint().height() == LARGEST
    assert strip.minimumSizeHint().height() == SMALLEST
    assert strip.minimumSizeHint().expandedTo(QSize(2 * SMALLEST, 0)) == strip.minimumSizeHint()
