"""The timeline by mouse and keyboard: what it shows is what it is told, what it tells is what is wished."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, SignalInstance
from PySide6.QtGui import QAccessible, QColor, QImage, QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import DARK, LIGHT
from dpm_gui.engine.time_scale import LOG_SNR, SIGNAL, STEP, TimeScale
from dpm_gui.session.player import SPEEDS, Player
from dpm_gui.views.timeline.thumbnails import even_steps
from dpm_gui.views.timeline.timeline import Timeline
from dpm_gui.views.widgets.flat_button import FlatButton, FlatMenuButton

LAST = 40
LEFT = Qt.MouseButton.LeftButton
SIGNALS = ("seek_asked", "step_asked", "speed_asked", "loop_toggled", "direction_asked")
BARE_SIGNALS = ("play_toggled", "home_asked", "end_asked", "drag_started", "drag_ended")


@pytest.fixture
def timeline(qtbot: QtBot) -> Timeline:
    timeline = Timeline(SPEEDS)
    qtbot.addWidget(timeline)
    timeline.transport.set_icons(IconSet())
    timeline.set_palette(LIGHT)
    timeline.set_range(LAST)
    timeline.set_signal(np.linspace(1.0, 0.0, LAST + 1))
    timeline.resize(1000, timeline.sizeHint().height())
    timeline.show()
    qtbot.waitExposed(timeline)
    return timeline


@pytest.fixture
def received(timeline: Timeline) -> list[tuple[object, ...]]:
    """All that the timeline and its parts tell, in its order."""
    received: list[tuple[object, ...]] = []

    def signal(name: str) -> SignalInstance:
        parts = (timeline, timeline.transport, timeline.slider)
        return next(getattr(part, name) for part in parts if hasattr(part, name))

    for name in SIGNALS:
        signal(name).connect(lambda value, name=name: received.append((name, value)))
    for name in BARE_SIGNALS:
        signal(name).connect(lambda name=name: received.append((name,)))
    return received


def place(timeline: Timeline, t: float) -> QPoint:
    return QPoint(round(timeline.slider.axis.x_of(t)), timeline.slider.height() // 2)


def button(timeline: Timeline, name: str) -> FlatButton:
    return next(child for child in timeline.findChildren(FlatButton) if child.accessibleName() == name)


def thumbnail(colour: str = "#0072B2") -> QImage:
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def seeks(received: list[tuple[object, ...]]) -> list[object]:
    return [entry[1] for entry in received if entry[0] == "seek_asked"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Go to the data", ("home_asked",)),
        ("One step back", ("step_asked", -1)),
        ("Play", ("play_toggled",)),
        ("One step on", ("step_asked", 1)),
        ("Go to the noise", ("end_asked",)),
        ("Loop", ("loop_toggled", True)),
    ],
)
def test_a_button_tells_its_wish_once_and_leaves_the_focus_where_it_is(
    timeline: Timeline, received: list[tuple[object, ...]], name: str, expected: tuple[object, ...]
) -> None:
    timeline.slider.setFocus()
    QTest.mouseClick(button(timeline, name), LEFT)
    assert received == [expected]
    assert timeline.focusWidget() is timeline.slider


def test_speed_and_direction_are_chosen_from_menus(timeline: Timeline, received: list[tuple[object, ...]]) -> None:
    for name, choice in (("Speed", "0.25×"), ("Direction", "There and back")):
        menu = button(timeline, name).menu()
        next(action for action in menu.actions() if action.text() == choice).trigger()
    assert received == [("speed_asked", 0.25), ("direction_asked", "there_and_back")]


def test_what_is_told_is_shown_and_asks_for_nothing(timeline: Timeline, received: list[tuple[object, ...]]) -> None:
    timeline.set_t(17)
    timeline.slider.set_position(17.4)
    timeline.transport.set_playing(True)
    timeline.transport.set_speed(4.0)
    timeline.transport.set_loop(True)
    timeline.transport.set_direction("backward")
    timeline.slider.set_available(3, 30)
    timeline.set_range(12)
    assert received == []
    assert button(timeline, "Speed").text() == "4×"
    assert button(timeline, "Loop").isChecked()
    assert button(timeline, "Pause").toolTip() == "Pause (Space)"
    checked = [a.text() for a in button(timeline, "Direction").menu().actions() if a.isChecked()]
    assert checked == ["Backward, noise to data"]


def test_every_button_has_a_name_and_a_tool_tip_that_names_its_key(timeline: Timeline) -> None:
    buttons = timeline.findChildren(FlatButton)
    assert len(buttons) == 9
    assert all(child.accessibleName() for child in buttons)
    assert all("(" in child.toolTip() for child in buttons)
    assert all(not child.icon().isNull() for child in buttons if child.accessibleName() not in ("Speed", "Time by"))


def test_the_buttons_do_not_move_when_the_speed_changes_and_every_speed_has_room(timeline: Timeline) -> None:
    loop, speed = button(timeline, "Loop"), button(timeline, "Speed")
    before = loop.x()
    for value in (0.25, 0.5, 4.0):
        timeline.transport.set_speed(value)
        for _ in range(2):  # a layout may take two rounds
            QApplication.processEvents()
        assert loop.x() == before
        assert speed.sizeHint().width() <= speed.width()


def test_with_nothing_to_play_all_is_greyed_and_the_tool_tip_says_why(
    timeline: Timeline,
) -> None:
    timeline.set_range(0)
    assert not button(timeline, "Play").isEnabled()
    assert "open a checkpoint" in timeline.toolTip()
    timeline.set_range(5)
    assert button(timeline, "Play").isEnabled()
    assert timeline.toolTip() == ""


def test_a_button_reached_by_tab_is_pressed_by_space_although_space_is_a_shortcut(
    timeline: Timeline, received: list[tuple[object, ...]], qtbot: QtBot
) -> None:
    taken: list[str] = []
    QShortcut(QKeySequence("Space"), timeline).activated.connect(lambda: taken.append("Space"))
    timeline.activateWindow()
    loop = button(timeline, "Loop")
    loop.setFocus()
    qtbot.waitUntil(loop.hasFocus)
    QTest.keyClick(loop, Qt.Key.Key_Space)
    QTest.keyClick(loop, Qt.Key.Key_Return)
    assert (taken, received) == ([], [("loop_toggled", True), ("loop_toggled", False)])


def test_a_menu_button_shows_the_sign_of_a_menu(timeline: Timeline) -> None:
    speed = button(timeline, "Speed")
    assert isinstance(speed, FlatMenuButton)
    image = speed.grab().toImage()
    chevron = {
        image.pixelColor(x, speed.height() // 2 + 1).name() for x in range(speed.width() - 18, speed.width() - 6)
    }
    assert len(chevron) > 1


def test_the_readout_says_step_signal_and_noise(timeline: Timeline) -> None:
    signal = np.full(LAST + 1, 0.42)
    timeline.set_signal(signal)
    timeline.set_t(17)
    assert timeline.readout.text() == "t = 17 of 40 · signal 42 % · noise 58 %"


def test_the_readout_is_equally_wide_at_every_step(timeline: Timeline) -> None:
    widths = set()
    for t in range(LAST + 1):
        timeline.set_t(t)
        widths.add(timeline.readout.sizeHint().width())
    assert len(widths) == 1


def test_a_new_range_drops_the_signal_of_the_old_one(timeline: Timeline) -> None:
    timeline.set_t(3)
    timeline.set_range(9)
    assert timeline.readout.text() == "t = 3 of 9"


def test_the_readout_follows_the_size_of_the_applications_font(timeline: Timeline, qapp: QApplication) -> None:
    font = qapp.font()
    larger = qapp.font()
    larger.setPointSizeF(font.pointSizeF() * 1.5)
    low = timeline.slider.sizeHint().height()
    qapp.setFont(larger)
    try:
        QApplication.processEvents()
        assert timeline.readout.font().pointSizeF() == pytest.approx(larger.pointSizeF())
        assert timeline.slider.sizeHint().height() > low
    finally:
        qapp.setFont(font)


def test_a_thumbnail_sits_centred_under_its_step(timeline: Timeline) -> None:
    shown = [0, 10, 20, 30, 40]
    timeline.thumbnails.set_thumbnails([(t, thumbnail()) for t in shown])
    for t in shown:
        here = timeline.thumbnails.place_of(t)
        assert here is not None
        under = timeline.thumbnails.mapTo(timeline, here.center().toPoint()).x()
        assert under == pytest.approx(timeline.slider.mapTo(timeline, place(timeline, t)).x(), abs=1)


def test_a_click_on_a_thumbnail_asks_for_its_step(timeline: Timeline, received: list[tuple[object, ...]]) -> None:
    timeline.thumbnails.set_thumbnails([(t, thumbnail()) for t in (0, 10, 20, 30, 40)])
    here = timeline.thumbnails.place_of(30)
    assert here is not None
    QTest.mouseClick(timeline.thumbnails, LEFT, pos=here.center().toPoint())
    QTest.mouseClick(timeline.thumbnails, LEFT, pos=QPoint(round(timeline.slider.axis.x_of(25)), 20))
    assert received == [("seek_asked", 30)]


def test_where_the_strip_is_narrow_thumbnails_are_left_out_but_not_the_outer_ones(timeline: Timeline) -> None:
    timeline.thumbnails.set_thumbnails([(t, thumbnail()) for t in range(LAST + 1)])
    places = [timeline.thumbnails.place_of(t) for t in range(LAST + 1)]
    there = [here for here in places if here is not None]
    assert 2 < len(there) < LAST
    assert places[0] is not None
    assert places[-1] is not None
    assert all(left.right() < right.left() for left, right in pairwise(there))


def test_the_thumbnail_nearest_to_the_step_is_marked(timeline: Timeline) -> None:
    timeline.thumbnails.set_thumbnails([(t, thumbnail()) for t in (0, 20, 40)])
    here = timeline.thumbnails.place_of(20)
    assert here is not None
    corner = here.topLeft().toPoint() + QPoint(0, 10)
    colours = []
    for t in (2, 17):
        timeline.set_t(t)
        colours.append(timeline.thumbnails.grab().toImage().pixelColor(corner).name())
    assert colours == [QColor(LIGHT.hairline).name(), QColor(LIGHT.ink).name()]


def test_a_dark_palette_reaches_every_part(timeline: Timeline) -> None:
    timeline.set_t(20)
    timeline.thumbnails.set_thumbnails([(0, thumbnail()), (40, thumbnail())])
    parts = (timeline.slider, timeline.thumbnails, button(timeline, "Play"), button(timeline, "Speed"))
    light = [part.grab().toImage() for part in parts]
    timeline.set_palette(DARK)
    assert all(part.grab().toImage() != before for part, before in zip(parts, light, strict=True))


def test_a_player_and_a_timeline_agree_after_a_drag_while_playing(timeline: Timeline) -> None:
    now = [0.0]
    player = Player(timeline, lambda: now[0])
    player.frame_changed.connect(timeline.set_t)
    player.position_changed.connect(timeline.slider.set_position)
    timeline.seek_asked.connect(player.seek)
    timeline.slider.drag_started.connect(player.hold)
    timeline.slider.drag_ended.connect(player.release)
    player.set_last(LAST)
    player.play()
    QTest.mousePress(timeline.slider, LEFT, pos=place(timeline, 8))
    now[0] += 1.0
    player.advance()
    QTest.mouseRelease(timeline.slider, LEFT, pos=place(timeline, 31))
    assert (player.t, timeline.slider.value()) == (31, 31)
    assert player.playing
    player.pause()


def test_on_a_scale_steps_and_thumbnails_lie_where_it_puts_them(timeline: Timeline) -> None:
    scale = TimeScale(np.linspace(0.0, 1.0, LAST + 1) ** 2)
    timeline.set_scale(scale)
    axis = timeline.slider.axis
    middle = 0.5 * (axis.x_of(0) + axis.x_of(LAST))
    assert axis.t_at(middle) == round(LAST * 0.5**0.5)
    steps = even_steps(axis, LAST, 5)
    assert steps == [round(LAST * share**0.5) for share in (0, 0.25, 0.5, 0.75, 1)]
    timeline.thumbnails.set_thumbnails([(t, thumbnail()) for t in steps])
    gaps = np.diff([place.center().x() for t in steps if (place := timeline.thumbnails.place_of(t)) is not None])
    assert len(gaps) == 4
    assert gaps.max() - gaps.min() < 0.2 * gaps.mean()  # up to whole steps
    timeline.set_range(LAST + 1)
    assert timeline.slider.axis.scale is None


def test_assistive_technology_reads_names_and_states_of_the_buttons(timeline: Timeline) -> None:
    def read(name: str) -> tuple[str, bool]:
        interface = QAccessible.queryAccessibleInterface(button(timeline, name))
        return interface.text(QAccessible.Text.Description), bool(interface.state().checked)

    timeline.transport.set_direction("backward")
    timeline.transport.set_speed(2.0)
    timeline.transport.set_scale(LOG_SNR)
    timeline.transport.set_loop(True)
    assert read("Direction")[0] == "Backward, noise to data"
    assert read("Speed")[0] == "2 times the normal speed"
    assert read("Time by")[0] == "Time by log signal-to-noise"
    assert read("Loop")[1]
    timeline.transport.set_playing(True)
    assert button(timeline, "Pause")
    assert all(child.accessibleName() for child in timeline.findChildren(FlatButton))


def test_the_menu_of_time_asks_for_a_scale(timeline: Timeline, qtbot: QtBot) -> None:
    menu = button(timeline, "Time by").menu()
    assert menu is not None
    for name, action in zip((STEP, LOG_SNR, SIGNAL), menu.actions(), strict=True):
        with qtbot.waitSignal(timeline.transport.scale_asked) as asked:
            action.trigger()
        assert asked.args == [name]
    timeline.transport.set_scale(LOG_SNR)
    assert menu.actions()[1].isChecked()
    assert button(timeline, "Time by").text() == "log SNR"
