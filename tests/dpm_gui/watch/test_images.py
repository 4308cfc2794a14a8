"""The workspace Watch with pictures: ways to look at a step, previews, and where the reverse starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.values.runs import RunSpec
from dpm_gui.engine.values import FORWARD, REVERSE, CheckpointPreview
from dpm_gui.session.session import Session
from dpm_gui.views.canvases.images import MODE_TEXTS, ImagesView
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.watch.bound_panel import BoundPanel
from dpm_gui.watch.commands import IMAGE_MODES, LAYERS
from dpm_gui.watch.page import WatchPage
from dpm_gui.window.run_panel import RunPanel
from tests.support.window_values import FEW, LAST, SPEC, Steered, close_figures, make_bound, make_images, open_and_run
from tests.support.workspaces import services_of

SIDES = (FORWARD, REVERSE)


class Desk:
    """A workspace and its panels before a session."""

    def __init__(self, session: Session, qtbot: QtBot) -> None:
        window = QWidget()
        qtbot.addWidget(window, before_close_func=self.close)
        services = services_of(session, window)
        self.session, self.player, self.actions = session, services.player, services.actions
        self.watch = WatchPage(services)
        self.panel = RunPanel(session, self.actions["new_seed"], self.actions["run_again"], window)
        self.bound = BoundPanel(session, self.actions["measure"], window)
        window.resize(900, 700)
        self.watch.resize(window.size())
        window.show()
        self.window = window

    def close(self, window: QWidget) -> None:
        self.session.blockSignals(True)
        close_figures(window)

    @property
    def views(self) -> dict[str, ImagesView]:
        return self.watch.views

    def notes(self) -> dict[str, str]:
        return {side: view.header.note for side, view in self.views.items()}


@pytest.fixture
def desk(session: Session, path: str, trusted: None, long: None, qtbot: QtBot) -> Desk:
    session._spec = FEW
    made = Desk(session, qtbot)
    open_and_run(session, path, qtbot)
    return made


def test_pictures_get_canvases_of_pictures_and_points_get_their_own_back(
    desk: Desk, files: dict[str, str], qtbot: QtBot
) -> None:
    assert [type(view) for view in desk.watch.views.values()] == [ImagesView, ImagesView]
    assert [name for name in LAYERS if desk.actions[name].isVisible()] == list(ImagesView.layers)
    with qtbot.waitSignal(desk.session.run_ended):
        desk.session.open(files["other"])
    assert [type(view) for view in desk.watch.views.values()] == [PointsView, PointsView]
    desk.player.seek(2)
    assert desk.notes() == dict.fromkeys(SIDES, "t = 2")


def test_the_examples_are_there_before_the_engine(session: Session, qtbot: QtBot) -> None:
    session._spec = RunSpec(seed=1, threads=1)  # the usual number, 10 000
    desk, made = Desk(session, qtbot), make_images(LAST, count=70)
    assert not desk.actions["denoise"].isEnabled()
    assert not desk.actions["from_noise"].isEnabled()
    session.preview_read.emit(CheckpointPreview("made.h5", made, None))
    view = desk.views[FORWARD]
    assert view.header.note == "examples"
    assert view.grid.count == desk.panel._count.value() == 16
    assert view.message is None
    y, x = view.grid.corner(15)
    assert view.image.pixelColor(x, y).red() == made.data.examples[15, 0, 0]


def test_the_examples_are_as_many_as_were_asked_for(session: Session, qtbot: QtBot) -> None:
    desk, made = Desk(session, qtbot), make_images(LAST, count=70)
    session.edit(count=25)
    session.preview_read.emit(CheckpointPreview("made.h5", made, None))
    assert desk.views[FORWARD].grid.count == 25


def test_the_arrows_beside_the_number_of_images_lead_from_one_full_grid_to_the_next(desk: Desk, qtbot: QtBot) -> None:
    box, counts = desk.panel._count, []
    for steps in (1, 1, 1, -1, -1):
        box.stepBy(steps)
        counts.append(box.value())
    assert counts == [9, 16, 25, 16, 9]
    box.setValue(12)
    box.stepBy(-1)
    assert box.value() == 9
    box.setValue(12)
    box.stepBy(2)
    assert box.value() == 25


def test_both_sides_show_their_step(desk: Desk) -> None:
    for t in (0, 11, LAST):
        desk.player.seek(t)
        for side in SIDES:
            frame = desk.session.recording(side).frame(t)
            assert np.array_equal(desk.views[side]._frame.x, frame.x)
        assert desk.notes() == dict.fromkeys(SIDES, f"t = {t}")


def test_one_way_to_look_at_a_step_is_on_and_choosing_it_again_leaves_it_on(desk: Desk) -> None:
    for name in (*IMAGE_MODES, "state"):
        desk.actions[name].trigger()
        assert [mode for mode in IMAGE_MODES if desk.actions[mode].isChecked()] == [name]
        desk.actions[name].trigger()
        assert desk.actions[name].isChecked()


def test_the_difference_is_that_to_the_step_before_on_either_side(desk: Desk) -> None:
    desk.player.seek(9)
    desk.actions["difference"].trigger()
    for side in SIDES:
        view, recording = desk.views[side], desk.session.recording(side)
        assert np.array_equal(view._frame.x, recording.frame(9).x)
        assert np.array_equal(view._earlier.x, recording.frame(8).x)
        assert view.header.readout.startswith("x⁹ − x⁸")
    desk.player.seek(0)
    assert desk.views[REVERSE].header.readout.startswith("x¹ − x⁰")


def test_both_sides_have_one_range_of_colours_which_is_that_of_the_step(desk: Desk) -> None:
    desk.actions["difference"].trigger()
    reaches = []
    for t in (*range(1, LAST + 1), *range(LAST, 0, -1)):
        desk.player.seek(t)
        forward, reverse = (desk.views[side].colour_bar.reach for side in SIDES)
        assert forward == reverse
        reaches.append(forward)
        for side in SIDES:  # few changes are beyond it, and they do not leave it empty
            view = desk.views[side]
            change = np.abs(view._frame.x - view._earlier.x) * 80.0
            assert np.mean(change > forward) < 0.1
            assert np.quantile(change, 0.95) > 0.25 * forward
    assert reaches[:LAST] == reaches[LAST:][::-1]
    desk.actions["state"].trigger()
    assert [desk.views[side].colour_bar.reach for side in SIDES] == [None, None]


@pytest.mark.parametrize("mode", ["x0_estimate", "mean"])
def test_what_the_network_says_is_shown_when_it_is_there_and_the_last_picture_stays_until_then(
    desk: Desk, steer: object, mode: str, qtbot: QtBot
) -> None:
    looking = steer("predict")  # type: ignore[operator]
    desk.player.seek(9)
    before = {side: desk.views[side]._frame for side in SIDES}
    desk.actions[mode].trigger()
    assert desk.notes() == dict.fromkeys(SIDES, "computing at t = 9…")
    assert {side: desk.views[side]._frame for side in SIDES} == before
    looking.let_go()
    qtbot.waitUntil(lambda: desk.notes() == dict.fromkeys(SIDES, "t = 9"))
    for side in SIDES:
        found = desk.session.predict(mode, {side: desk.session.recording(side).shown(9)})
        assert np.array_equal(desk.views[side]._frame.x, found[side].frame.x)
    desk.actions["state"].trigger()
    assert np.array_equal(desk.views[FORWARD]._frame.x, desk.session.recording(FORWARD).frame(9).x)


def test_while_playing_the_newest_answer_is_shown_though_its_step_has_passed(
    desk: Desk, steer: object, qtbot: QtBot
) -> None:
    looking = steer("predict")  # type: ignore[operator]
    desk.player.seek(9)
    desk.actions["x0_estimate"].trigger()
    desk.player.seek(10)
    desk.player.seek(11)
    qtbot.waitUntil(lambda: bool(looking._passes))
    looking.let(1, call=0)
    qtbot.waitUntil(lambda: "t = 9 · computing at t = 11…" in desk.notes()[FORWARD])
    assert desk.views[FORWARD].header.readout.startswith(MODE_TEXTS["x0_estimate"])
    assert desk.views[FORWARD]._frame.t == 9
    looking.let_go()
    qtbot.waitUntil(lambda: desk.notes() == dict.fromkeys(SIDES, "t = 11"))


def test_stretch_is_a_switch_of_both_sides(desk: Desk) -> None:
    desk.actions["stretch"].trigger()
    assert all(view.layer_shown("stretch") for view in desk.views.values())
    desk.actions["stretch"].trigger()
    assert not any(view.layer_shown("stretch") for view in desk.views.values())


def test_a_preview_is_named_as_one_scrubbed_and_replaced_once(
    session: Session, steered: Steered, path: str, trusted: None, long: None, qtbot: QtBot
) -> None:
    session._spec = replace(SPEC, count=4)
    desk = Desk(session, qtbot)
    steered.at_once = 5 + LAST + 1  # the preview and the forward side
    session.open(path)
    qtbot.waitUntil(lambda: session.recording(FORWARD).complete)
    qtbot.waitUntil(lambda: (session.recording(REVERSE).shown_range or (1,))[0] == 0)
    desk.player.seek(13)
    shown = session.recording(REVERSE).shown(13)
    assert shown is not None
    assert desk.notes()[REVERSE] == f"t = {shown.frame.t} · preview in 4 of 24 steps"
    assert desk.notes()[FORWARD] == "t = 13"
    qtbot.waitUntil(lambda: all(image is not None for _, image in desk.watch.timeline.thumbnails._images))
    steered.let(LAST + 1 - 13, call=0)
    qtbot.waitUntil(lambda: session.recording(REVERSE).available == (13, LAST))
    qtbot.waitUntil(lambda: desk.watch.timeline.slider._recorded == (13, LAST))
    assert desk.notes()[REVERSE] == f"t = {shown.frame.t} · preview in 4 of 24 steps"
    steered.let_go()
    qtbot.waitUntil(lambda: not session.running)
    assert desk.notes()[REVERSE] == "t = 13"
    assert all(image is not None for _, image in desk.watch.timeline.thumbnails._images)


def test_beside_a_preview_the_difference_is_that_of_the_same_two_steps(
    session: Session, steered: Steered, path: str, trusted: None, long: None, qtbot: QtBot
) -> None:
    session._spec = replace(SPEC, count=4)
    desk = Desk(session, qtbot)
    steered.at_once = 5 + LAST + 1  # the preview and the forward side
    session.open(path)
    qtbot.waitUntil(lambda: session.recording(FORWARD).complete)
    qtbot.waitUntil(lambda: (session.recording(REVERSE).shown_range or (1,))[0] == 0)
    desk.player.seek(13)
    desk.actions["difference"].trigger()
    forward, reverse = (desk.views[side] for side in SIDES)
    assert reverse._frame.t - reverse._earlier.t > 1
    assert (forward._frame.t, forward._earlier.t) == (reverse._frame.t, reverse._earlier.t)
    assert forward.colour_bar.reach == reverse.colour_bar.reach
    steered.let_go()
    qtbot.waitUntil(lambda: not session.running)
    assert [(view._frame.t, view._earlier.t) for view in (forward, reverse)] == [(13, 12), (13, 12)]


def test_thumbnails_come_with_their_frames_in_places_that_stay(
    session: Session, steered: Steered, path: str, trusted: None, long: None, qtbot: QtBot
) -> None:
    session._spec = replace(SPEC, count=4)
    desk = Desk(session, qtbot)
    steered.at_once = 2  # two moves of the preview
    session.open(path)
    strip = desk.watch.timeline.thumbnails
    qtbot.waitUntil(lambda: any(image is not None for _, image in strip._images))
    steps = [t for t, _ in strip._images]
    assert (steps[0], steps[-1]) == (0, LAST)
    assert strip._images[-1][1] is not None
    assert strip._images[0][1] is None
    before = strip._images
    desk.watch._show_progress(REVERSE)  # nothing new to draw
    assert strip._images is before
    steered.let_go()
    qtbot.waitUntil(lambda: not session.running)
    assert [t for t, _ in strip._images] == steps
    assert all(image is not None for _, image in strip._images)


def test_the_preview_of_the_first_images_says_how_many_there_are(
    session: Session, steered: Steered, path: str, trusted: None, long: None, qtbot: QtBot
) -> None:
    session._spec = replace(SPEC, count=40)
    desk = Desk(session, qtbot)
    steered.at_once = 5 + LAST + 1  # the preview of the first 16, and the forward side
    session.open(path)
    qtbot.waitUntil(lambda: session.recording(FORWARD).complete)
    qtbot.waitUntil(lambda: (session.recording(REVERSE).shown_range or (1,))[0] == 0)
    desk.player.seek(0)
    assert desk.notes()[REVERSE] == "t = 0 · preview of 16 of 40 in 4 steps"


def test_denoising_starts_at_the_step_on_show_and_says_so(desk: Desk, qtbot: QtBot) -> None:
    assert not desk.actions["denoise"].isEnabled()
    assert "t = 0" in desk.actions["denoise"].toolTip()
    desk.player.seek(12)
    assert desk.actions["denoise"].isEnabled()
    assert not desk.actions["from_noise"].isEnabled()
    with qtbot.waitSignal(desk.session.run_ended):
        desk.session.edit(denoise_from=desk.player.t)
    assert desk.notes() == {FORWARD: "t = 12", REVERSE: "t = 12 · denoised from t = 12"}
    assert desk.watch.timeline.slider._available == (0, 12)
    assert desk.actions["from_noise"].isEnabled()
    assert not desk.actions["denoise"].isEnabled()
    desk.player.seek(20)
    assert desk.notes() == {FORWARD: "t = 20", REVERSE: "t = 12 · denoised from t = 12"}
    steps = [t for t, _ in desk.watch.timeline.thumbnails._images]
    assert (steps[0], steps[-1]) == (0, 12)
    assert len(steps) > 5
    with qtbot.waitSignal(desk.session.run_ended):
        desk.session.undo_stack.undo()
    assert desk.notes() == dict.fromkeys(SIDES, "t = 20")


def test_the_panel_speaks_of_pictures_and_takes_one_to_four_hundred(desk: Desk) -> None:
    assert desk.panel._noun.text() == "Images"
    assert (desk.panel._count.minimum(), desk.panel._count.maximum()) == (1, 400)
    assert desk.panel._count.value() == 4


@pytest.mark.parametrize(("coded", "shown"), [(2.5, "2.500 bits per 8-bit value"), (None, None)])
def test_the_bound_of_pictures_is_per_pixel_with_what_8_bits_take_beside_it(
    desk: Desk, coded: float | None, shown: str | None
) -> None:
    desk.session.bound_changed.emit(make_bound(unit="pixel", bits_per_dimension=coded))
    assert "bits per pixel" in desk.bound._heading.text()
    label = desk.bound._numbers["Code length"]
    assert label.isHidden() == (coded is None)
    if shown is not None:
        assert label.text() == shown


def test_another_run_drops_the_small_pictures_until_there_are_new_ones(desk: Desk, qtbot: QtBot) -> None:
    assert desk.watch.timeline.thumbnails._images
    desk.session.recording_replaced.emit()
    assert not desk.watch.timeline.thumbnails._images


def test_another_scale_of_time_moves_steps_clock_and_thumbnails(desk: Desk) -> None:
    axis = desk.watch.timeline.slider.axis
    assert desk.player.scale is None
    for command in ("by_log_snr", "by_signal"):
        desk.actions["change_scale"].trigger()
        assert desk.actions[command].isChecked()
        assert desk.player.scale is not None
        assert desk.watch.timeline.slider.axis.x_of(LAST // 2) != axis.x_of(LAST // 2)
        assert all(image is not None for _, image in desk.watch.timeline.thumbnails._images)
    desk.actions["change_scale"].trigger()
    assert desk.actions["by_step"].isChecked()
    assert desk.player.scale is None
    assert desk.watch.timeline.slider.axis == axis
