"""The timeline of the plane: the one player moves it, and shows the points under r(x) at each step."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.paint.page import PaintPage
from dpm_gui.paint.potential.page import HINT
from dpm_gui.paint.potential.parts import HalfPlanePart, ObservationPart
from dpm_gui.session.session import Session
from tests.support.columns import save_points
from tests.support.window_values import open_and_run
from tests.support.workspaces import shown_page


@pytest.fixture
def page(session: Session, qtbot: QtBot, tmp_path: Path, trusted: None) -> Iterator[PaintPage]:
    """Paint over points in the plane, sampled under a half plane."""
    made = shown_page(PaintPage, session, qtbot, (1000, 700))
    made.potential_session.set_options(count=200, automatic=False)
    made.set_in_view(True)
    open_and_run(session, save_points(tmp_path, 2), qtbot)
    made.potential_session.document.add(HalfPlanePart(0.0, 0.3))
    run(made, qtbot)
    yield made
    made.shut_down()


def run(page: PaintPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.potential_session.ended) as ended:
        page.potential_session.run()
    assert ended.args == [None]


def on_show(page: PaintPage) -> np.ndarray:
    return page.plane.canvas._cloud.points


def test_the_newest_step_is_followed_and_every_step_can_be_shown(page: PaintPage) -> None:
    player, frames = page.services.player, page.potential_session.frames
    slider = page.plane.playing.timeline.slider
    assert page.plays
    assert player.t == 0
    assert slider._available == (0, player.last)
    assert slider.maximum() == player.last
    for t in (3, player.last, 1):
        player.seek(t)
        np.testing.assert_array_equal(on_show(page), frames[t].x)
        assert slider.value() == t
        assert page.plane.canvas._clouds.along is page.potential_session.colours[t]
    slider.seek_asked.emit(2)
    assert player.t == 2
    np.testing.assert_array_equal(on_show(page), frames[2].x)
    assert all(image is not None for _, image in page.plane.playing.timeline.thumbnails._images)


def test_the_commands_of_playing_move_the_points(page: PaintPage) -> None:
    player, actions, frames = page.services.player, page.services.actions, page.potential_session.frames
    actions["step_on"].trigger()
    np.testing.assert_array_equal(on_show(page), frames[1].x)
    actions["end"].trigger()
    np.testing.assert_array_equal(on_show(page), frames[player.last].x)
    actions["home"].trigger()
    actions["play"].trigger()
    assert player.playing
    actions["play"].trigger()
    assert not player.playing


def test_while_playing_points_are_between_their_ancestors_and_themselves(page: PaintPage) -> None:
    player, frames = page.services.player, page.potential_session.frames
    player.play()
    player._move_to(type(player._playback_position)(2.25, 1))
    ancestors = frames[2].ancestors
    earlier = frames[3].x if ancestors is None else frames[3].x[ancestors]
    np.testing.assert_allclose(on_show(page), 0.75 * frames[2].x + 0.25 * earlier, atol=1e-6)
    page.services.actions["smooth"].setChecked(False)
    player._move_to(type(player._playback_position)(2.3, 1))
    np.testing.assert_array_equal(on_show(page), frames[2].x)
    player.pause()


def test_a_step_that_somebody_chose_is_left_by_no_frame_that_comes(page: PaintPage, qtbot: QtBot) -> None:
    player = page.services.player
    page.potential_session.frames_added.connect(lambda: player.seek(player.last))
    run(page, qtbot)
    assert player.t == player.last
    np.testing.assert_array_equal(on_show(page), page.potential_session.frames[player.last].x)


def test_out_of_view_the_plane_neither_follows_the_player_nor_moves_it(page: PaintPage) -> None:
    player = page.services.player
    page.set_in_view(False)
    shown = on_show(page)
    player.seek(3)
    assert on_show(page) is shown
    page.set_in_view(True)
    np.testing.assert_array_equal(on_show(page), page.potential_session.frames[3].x)


def test_a_run_of_another_potential_empties_the_timeline_first(page: PaintPage) -> None:
    page.services.player.play()
    page.potential_session.document.add(HalfPlanePart(90.0, 0.0))
    page.potential_session.run()
    timeline = page.plane.playing.timeline
    assert not page.services.player.playing
    assert timeline.slider._available is None
    assert not timeline.thumbnails._images
    assert page.services.player.t == page.services.player.last
    page.potential_session.stop()


def test_below_an_effective_size_of_ten_a_sentence_says_what_helps(page: PaintPage, qtbot: QtBot) -> None:
    assert page.plane._note.text() == HINT
    page.potential_session.set_options(count=100)
    page.potential_session.document.add(ObservationPart(1.8, 1.8, 0.01))
    run(page, qtbot)
    last = page.potential_session.frames[0]
    page.potential_session.frames[0] = dataclasses.replace(last, effective_size=4.25)
    page.plane._show_numbers()
    assert page.plane._note.text().startswith("Only 4.2 points carry the weight")
    page.potential_session.set_options(weighted=False)
    page.plane._show_numbers()
    assert page.plane._note.text() == HINT
