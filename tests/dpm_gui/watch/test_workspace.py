"""The workspace Watch: what session and player say is what its canvases and its timeline show."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton, QWidget
from pytestqt.qtbot import QtBot

from core.values.runs import Frame
from dpm_gui.desktop.theme import DARK
from dpm_gui.engine import runs
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.player import SPEEDS
from dpm_gui.session.session import Session
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.watch.page import WatchPage
from tests.support.window_values import STEPS, Steered, close_figures
from tests.support.workspaces import services_of

SIDES = (FORWARD, REVERSE)


class Workspace:
    """A workspace with its session, its player and its actions."""

    def __init__(self, session: Session, qtbot: QtBot) -> None:
        window = QWidget()
        qtbot.addWidget(window, before_close_func=self.close)
        services = services_of(session, window)
        self.session, self.player, self.actions = session, services.player, services.actions
        self.watch = WatchPage(services)
        self.timeline = self.watch.timeline
        self.window = window
        window.resize(900, 700)
        self.watch.resize(window.size())
        window.show()

    def close(self, window: QWidget) -> None:
        """Let the session tell nothing more, as at the end of the program, before the window is gone."""
        self.session.blockSignals(True)
        close_figures(window)

    def view(self, side: str) -> PointsView:
        return self.watch.views[side]

    def on_show(self, side: str) -> np.ndarray:
        """The points that a canvas draws, ``[N, 2]``."""
        return self.view(side)._cloud.points

    def frame(self, side: str, t: int) -> Frame:
        found = self.session.recording(side).frame(t)
        assert found is not None
        return found

    def notes(self) -> list[str]:
        return [self.view(side).header.note for side in SIDES]

    def messages(self) -> list[str | None]:
        return [self.view(side).message for side in SIDES]


@pytest.fixture
def empty(session: Session, qtbot: QtBot) -> Workspace:
    """A workspace with nothing open."""
    return Workspace(session, qtbot)


@pytest.fixture
def there(empty: Workspace, files: dict[str, str], trusted: None, qtbot: QtBot) -> Workspace:
    """A workspace in which the small checkpoint has been run."""
    with qtbot.waitSignal(empty.session.run_ended):
        empty.session.open(files["small"])
    return empty


# ------------------------------------------------------------------------------------------- from nothing to a run
def test_before_anything_is_open_both_canvases_say_what_is_going_on(empty: Workspace) -> None:
    assert empty.messages() == ["Opening the checkpoint…"] * 2
    assert not empty.timeline.isEnabled()
    empty.watch.show_message("Nothing is open.")
    assert empty.messages() == ["Nothing is open."] * 2


def test_the_examples_of_a_file_are_shown_before_it_can_be_run(
    empty: Workspace, steer: Callable[[str], Steered], files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    opening = steer("open_checkpoint")
    opening.at_once = 1
    with qtbot.waitSignal(empty.session.preview_read) as received:
        empty.session.open(files["small"])
    data = received.args[0].checkpoint.data
    np.testing.assert_array_equal(empty.on_show(FORWARD), data.to_model(data.examples))
    assert empty.messages() == [None, "Loading PyTorch…"]
    with qtbot.waitSignal(empty.session.run_ended):
        opening.let_go()
    assert empty.messages() == [None, None]


def test_frames_appear_as_they_are_computed_and_the_timeline_says_which_are_there(
    empty: Workspace, steered: Steered, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    steered.at_once = STEPS + 2 + STEPS  # the forward side with its colours, and the reverse from T to 1
    empty.session.open(files["small"])
    qtbot.waitUntil(lambda: empty.session.recording(REVERSE).available == (1, STEPS))
    assert empty.timeline.slider._available == (1, STEPS)
    np.testing.assert_array_equal(empty.on_show(FORWARD), empty.frame(FORWARD, 0).x)
    np.testing.assert_array_equal(empty.on_show(REVERSE), empty.frame(REVERSE, 1).x)
    assert empty.notes() == ["t = 0", "computing, t = 1"]
    empty.player.seek(4)
    np.testing.assert_array_equal(empty.on_show(REVERSE), empty.frame(REVERSE, 4).x)
    assert empty.notes() == ["t = 4", "t = 4"]


def test_a_run_that_is_stopped_says_where_it_stopped(
    empty: Workspace, steered: Steered, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    steered.at_once = STEPS + 3
    with qtbot.waitSignal(empty.session.frames_added, check_params_cb=lambda side: side == REVERSE):
        empty.session.open(files["small"])
    empty.session.stop()
    assert empty.notes() == ["t = 0", f"stopped, t = {STEPS}"]


def test_a_side_that_was_stopped_before_its_first_frame_says_what_to_do(
    empty: Workspace, steered: Steered, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    steered.at_once = 1
    with qtbot.waitSignal(empty.session.frames_added):
        empty.session.open(files["small"])
    assert empty.messages() == [None, "Sampling…"]
    empty.session.stop()
    forward, reverse = empty.messages()
    assert forward is None
    assert reverse is not None
    assert "F5" in reverse


def test_points_take_their_colours_along_the_data(there: Workspace) -> None:
    for side in SIDES:
        np.testing.assert_array_equal(there.view(side)._clouds.along, there.session.recording(side).along)


def test_a_new_run_takes_the_pictures_path_and_reverse_colours_of_the_old_one_away(
    there: Workspace, steered: Steered, qtbot: QtBot
) -> None:
    there.view(FORWARD).point_clicked.emit(3)
    assert there.timeline.thumbnails._images
    steered.at_once = 0
    there.session.edit(seed=5)
    assert not there.timeline.thumbnails._images
    assert not len(there.view(FORWARD)._path.places)
    assert there.view(REVERSE)._clouds.along is None
    assert there.messages() == ["Sampling…"] * 2
    assert there.timeline.slider._available is None


def test_the_strip_shows_the_reverse_side_from_data_to_noise(there: Workspace) -> None:
    steps = [t for t, _ in there.timeline.thumbnails._images]
    assert steps == list(range(STEPS + 1))
    light = [image for _, image in there.timeline.thumbnails._images]
    there.watch.set_palette(DARK)
    assert all(dark != before for (_, dark), before in zip(there.timeline.thumbnails._images, light, strict=True))


# ------------------------------------------------------------------------------------------------- which frame
@pytest.mark.parametrize("t", range(STEPS + 1))
def test_every_step_of_the_slider_is_an_exact_frame_on_both_sides(there: Workspace, t: int) -> None:
    there.player.seek(2 if t != 2 else 3)
    there.timeline.seek_asked.emit(t)
    for side in SIDES:
        np.testing.assert_array_equal(there.on_show(side), there.frame(side, t).x)
    assert there.notes() == [f"t = {t}"] * 2
    assert there.timeline.slider.value() == t
    assert there.timeline.readout.text().startswith(f"t = {t} of {STEPS}")


@pytest.mark.parametrize("smooth", [True, False])
def test_while_playing_points_move_between_frames_only_where_motion_is_to_be_smooth(
    there: Workspace, smooth: bool
) -> None:
    now = [0.0]
    there.player._clock = lambda: now[0]
    there.actions["smooth"].setChecked(smooth)
    there.player.play()
    now[0] += 4.0 * 2.25 / STEPS  # a sweep takes four seconds
    there.player.advance()
    assert there.player.position == pytest.approx(2.25)
    low, high = there.frame(FORWARD, 2).x, there.frame(FORWARD, 3).x
    expected = 0.75 * low + 0.25 * high if smooth else low
    np.testing.assert_allclose(there.on_show(FORWARD), expected, atol=1e-5)
    there.player.pause()
    np.testing.assert_array_equal(there.on_show(FORWARD), low)


def test_what_the_timeline_asks_for_is_what_the_player_does(there: Workspace) -> None:
    there.timeline.end_asked.emit()
    assert there.player.t == STEPS
    there.timeline.step_asked.emit(-2)
    assert there.player.t == STEPS - 2
    there.timeline.home_asked.emit()
    assert there.player.t == 0
    there.timeline.transport.speed_asked.emit(SPEEDS[-1])
    there.timeline.transport.loop_toggled.emit(True)
    there.timeline.transport.direction_asked.emit("backward")
    assert (there.player.speed, there.player.loop, there.player.direction) == (SPEEDS[-1], True, "backward")
    assert there.actions["loop"].isChecked()
    there.timeline.transport.play_toggled.emit()
    assert there.player.playing
    there.player.pause()


def test_a_range_is_played_alone_by_the_slider_and_by_commands(there: Workspace) -> None:
    player, slider = there.player, there.timeline.slider
    slider.range_asked.emit((1, 3))
    assert (player.bounds, slider._range) == ((1, 3), (1, 3))
    there.actions["play_all"].trigger()
    assert (player.bounds, slider._range) == (None, None)
    for t, name, bounds in (
        (2, "play_from", (2, STEPS)),
        (4, "play_to", (2, 4)),
        (1, "play_to", (0, 1)),
        (3, "play_from", (3, STEPS)),
        (STEPS, "play_from", None),
    ):
        player.seek(t)
        there.actions[name].trigger()
        assert player.bounds == bounds


def test_another_file_sets_the_range_of_player_and_timeline(
    there: Workspace, files: dict[str, str], qtbot: QtBot
) -> None:
    there.player.seek(STEPS)
    with qtbot.waitSignal(there.session.run_ended):
        there.session.open(files["other"])
    assert (there.player.last, there.player.t, there.timeline.slider.maximum()) == (3, 3, 3)
    assert there.notes() == ["t = 3"] * 2


# -------------------------------------------------------------------------------------------------- layers, paths
def test_each_layer_is_switched_on_both_sides_by_its_button(there: Workspace) -> None:
    buttons = {each.defaultAction(): each for each in there.watch.findChildren(QToolButton) if each.defaultAction()}
    for name in there.view(FORWARD).layers:
        before = there.actions[name].isChecked()
        assert [there.view(side).layer_shown(name) for side in SIDES] == [before] * 2
        QTest.mouseClick(buttons[there.actions[name]], Qt.MouseButton.LeftButton)
        assert [there.view(side).layer_shown(name) for side in SIDES] == [not before] * 2


def test_arrows_are_computed_when_they_are_wished_and_follow_the_step(there: Workspace, qtbot: QtBot) -> None:
    there.player.seek(3)
    assert there.session.drifts.at(3) is None
    there.actions["arrows"].setChecked(True)
    qtbot.waitUntil(lambda: len(there.session.drifts.found) == STEPS)
    for t in (3, 5, 0):
        there.player.seek(t)
        drift = there.session.drifts.at(t)
        assert drift is not None
        tails, tips = there.view(REVERSE)._drift.arrows
        np.testing.assert_allclose(tails, drift.x)
        np.testing.assert_allclose(tips - tails, there.view(REVERSE)._drift.factor * drift.drift, atol=1e-5)
    assert not len(there.view(FORWARD)._drift.arrows[0])


def test_another_file_takes_the_arrows_of_the_old_one_away(
    there: Workspace, files: dict[str, str], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.actions["arrows"].setChecked(True)
    qtbot.waitUntil(lambda: len(there.session.drifts.found) == STEPS)
    assert len(there.view(REVERSE)._drift.arrows[0])
    monkeypatch.setattr(runs, "drift", lambda _opened, _threads: iter(()))
    with qtbot.waitSignal(there.session.run_ended):
        there.session.open(files["other"])
    assert not len(there.view(REVERSE)._drift.arrows[0])


@pytest.mark.parametrize("side", SIDES)
def test_a_clicked_point_has_its_whole_path_drawn_with_a_dot_at_the_step(there: Workspace, side: str) -> None:
    there.player.seek(2)
    there.view(side).point_clicked.emit(7)
    path = there.view(side)._path
    np.testing.assert_array_equal(path.places, [there.frame(side, t).x[7] for t in range(STEPS + 1)])
    there.player.seek(4)
    assert path.dot == QPointF(*there.frame(side, 4).x[7].tolist())
    (other,) = [each for each in SIDES if each != side]
    assert not len(there.view(other)._path.places)
    there.view(other).point_clicked.emit(-1)
    assert not len(path.places)


def test_the_path_of_a_point_grows_with_the_run(
    empty: Workspace, steered: Steered, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    steered.at_once = 2
    with qtbot.waitSignal(empty.session.frames_added):
        empty.session.open(files["small"])
    empty.view(FORWARD).point_clicked.emit(0)
    with qtbot.waitSignal(empty.session.run_ended):
        steered.let_go()
    assert len(empty.view(FORWARD)._path.places) == STEPS + 1
