"""Runs of pictures: the preview before a long chain, denoising, looks at a step, and the rows of figure 3."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.errors import BadCheckpointError, BadInputError
from core.formats import checkpoints
from core.values.runs import Frame, RunSpec
from dpm_gui.engine import opening, runs
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import FORWARD, REVERSE, SideFrame
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import ShownFrame, SideRecording
from tests.support.window_values import FEW, LAST, SPEC, Steered, listen, make_checkpoint, make_images, open_and_run


@pytest.fixture
def model(path: str, trusted: None) -> Opened:
    *_, opened = opening.open_checkpoint(path)
    assert isinstance(opened, Opened)
    return opened


@pytest.fixture
def images(session: Session, path: str, trusted: None, long: None, qtbot: QtBot) -> Session:
    """A session in which four pictures have been run."""
    session._spec = FEW
    open_and_run(session, path, qtbot)
    return session


def frames(opened: Opened, spec: RunSpec) -> list[SideFrame]:
    return [value for value in runs.run(opened, spec) if isinstance(value, SideFrame)]


# ------------------------------------------------------------------------------------------------------ the engine
@pytest.mark.parametrize("shape", [(8, 8), (4, 6, 3)])
def test_pictures_are_opened(tmp_path: Path, trusted: None, shape: tuple[int, ...]) -> None:
    checkpoints.save(make_images(shape=shape), tmp_path / "made.h5")
    preview, opened = opening.open_checkpoint(str(tmp_path / "made.h5"))
    assert preview.checkpoint.data.shape == shape
    assert isinstance(opened, Opened)


def test_pictures_of_four_channels_are_refused_with_what_can_be_shown(tmp_path: Path, trusted: None) -> None:
    checkpoints.save(make_checkpoint(shape=(4, 4, 4)), tmp_path / "made.h5")
    with pytest.raises(BadCheckpointError, match=r"shape \(4, 4, 4\).*pictures, \(H, W\) or \(H, W, 3\)"):
        next(opening.open_checkpoint(str(tmp_path / "made.h5")))


def test_both_sides_have_something_to_show_at_once_and_the_preview_is_there_before_the_chain(
    model: Opened, long: None
) -> None:
    order = [(value.side, value.preview) for value in frames(model, FEW)]
    assert order[0] == (REVERSE, True)
    assert order[1] == (FORWARD, False)
    preview = [place for place, each in enumerate(order) if each == (REVERSE, True)]
    chain = [place for place, each in enumerate(order) if each == (REVERSE, False)]
    assert len(preview) == 5
    assert len(chain) == LAST + 1
    assert max(preview) < min(chain)


def test_what_comes_before_changes_nothing_in_the_chain(model: Opened, long: None) -> None:
    from core.sampling.trajectories import forward, reverse

    found = {(value.side, value.frame.t): value.frame.x for value in frames(model, FEW) if not value.preview}
    for side, walk in ((FORWARD, forward), (REVERSE, reverse)):
        for frame in walk(model.model, FEW):
            assert np.array_equal(found[side, frame.t], frame.x)


def test_the_preview_starts_where_the_chain_does(model: Opened, long: None) -> None:
    run = frames(model, FEW)
    first = next(value.frame for value in run if value.preview)
    chain = next(value.frame for value in run if value.side == REVERSE and not value.preview)
    assert first.t == chain.t == LAST
    assert np.array_equal(first.x, chain.x)


def test_short_chains_and_points_have_no_preview(model: Opened, tmp_path: Path, trusted: None) -> None:
    assert runs.preview_steps(model, FEW) == 0
    checkpoints.save(make_checkpoint(200), tmp_path / "points.h5")
    *_, points = opening.open_checkpoint(str(tmp_path / "points.h5"))
    assert isinstance(points, Opened)
    assert runs.preview_steps(points, FEW) == 0


def test_a_denoising_run_is_the_engine_s_and_its_forward_side_is_complete(model: Opened, long: None) -> None:
    from core.sampling.trajectories import forward
    from tests.support.chains import reverse_frames

    spec = replace(FEW, denoise_from=15)
    run = frames(model, spec)
    chain = [value.frame for value in run if value.side == REVERSE and not value.preview]
    for found, frame in zip(chain, reverse_frames(model.model, spec), strict=True):
        assert found.t == frame.t
        assert np.array_equal(found.x, frame.x)
    there = [value.frame for value in run if value.side == FORWARD]
    for found, frame in zip(there, forward(model.model, FEW), strict=True):
        assert np.array_equal(found.x, frame.x)
    preview = [value.frame for value in run if value.preview]
    assert (preview[0].t, preview[-1].t, len(preview)) == (15, 0, 5)


@pytest.mark.parametrize(("cap", "places"), [(10**9, "memory"), (20_000, "disk")])
def test_what_is_kept_in_memory_obeys_the_cap_the_preview_included(
    model: Opened, long: None, monkeypatch: pytest.MonkeyPatch, cap: int, places: str
) -> None:
    monkeypatch.setattr("core.formats.recordings.recording.DEFAULT_CAP", cap)
    recording_space = runs.recording_space(model, FEW)
    assert recording_space.preview is not None
    a_frame = 4 * FEW.count * 64
    in_memory = [
        store.steps + 1
        for store in (*recording_space.sides.values(), recording_space.preview)
        if store.storage == "memory"
    ]
    assert sum(in_memory) * a_frame <= cap
    assert {store.storage for store in recording_space.sides.values()} == {places}
    assert recording_space.preview.steps == 4


# ----------------------------------------------------------------------------------------------------- the session
def test_frames_are_written_in_the_thread_of_the_job(
    images: Session, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    threads, store = set(), SideRecording.store

    def watched(self: SideRecording, frame: Frame, *, preview: bool = False) -> None:
        threads.add(threading.get_ident())
        store(self, frame, preview=preview)

    monkeypatch.setattr(SideRecording, "store", watched)
    with qtbot.waitSignal(images.run_ended):
        images.run()
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_points_are_denoised_as_the_engine_does(opened: Session, qtbot: QtBot) -> None:
    from tests.support.chains import reverse_frames

    with qtbot.waitSignal(opened.run_ended):
        opened.edit(denoise_from=3)
    assert opened.opened is not None
    assert opened.recording(REVERSE).along is not None
    for frame in reverse_frames(opened.opened.model, opened.spec):
        kept = opened.recording(REVERSE).frame(frame.t)
        assert kept is not None
        assert np.array_equal(kept.x, frame.x)


def test_a_run_leaves_the_chain_alone_and_no_preview(images: Session) -> None:
    from core.sampling.trajectories import reverse

    recording = images.recording(REVERSE)
    assert recording.complete
    assert recording.preview is None
    assert images.opened is not None
    for frame in reverse(images.opened.model, FEW):
        kept = recording.frame(frame.t)
        assert kept is not None
        assert np.array_equal(kept.x, frame.x)


def test_a_run_that_is_stopped_keeps_its_preview(
    session: Session, steered: Steered, path: str, trusted: None, long: None, qtbot: QtBot
) -> None:
    session._spec = FEW
    steered.at_once = 12  # the preview's first moves, the forward side between them
    with qtbot.waitSignal(session.opened_changed):
        session.open(path)
    qtbot.waitUntil(lambda: (session.recording(REVERSE).shown_range or (LAST,))[0] < LAST)
    session.stop()
    steered.let_go()
    assert not session.running
    recording = session.recording(REVERSE)
    assert recording.available is None
    shown = recording.shown(0)
    assert shown is not None
    assert shown.preview


def test_what_is_counted_are_the_steps_that_take_the_time(images: Session, qtbot: QtBot) -> None:
    received = listen(images, "activity_changed")
    with qtbot.waitSignal(images.run_ended):
        images.run()
    assert {each.total for each in received if each is not None} == {LAST + 1 + 5}
    assert max(each.done for each in received if each is not None) == LAST + 1 + 5


def test_denoising_can_be_taken_back_and_another_file_starts_from_noise(
    images: Session, files: dict[str, str], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(images.run_ended):
        images.edit(denoise_from=12)
    assert images.recording(REVERSE).top == 12
    assert images.recording(REVERSE).available == (0, 12)
    assert images.recording(FORWARD).available == (0, LAST)
    assert images.undo_stack.undoText() == "change of start"
    with qtbot.waitSignal(images.run_ended):
        images.undo_stack.undo()
    assert images.recording(REVERSE).top == LAST
    with qtbot.waitSignal(images.run_ended):
        images.undo_stack.redo()
    with qtbot.waitSignal(images.run_ended):
        images.open(files["other"])
    assert images.spec.denoise_from is None


def test_a_start_that_is_no_step_is_told_by_name(images: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(images.run_ended) as ended:
        images.edit(denoise_from=LAST + 1)
    assert isinstance(ended.args[0], BadInputError)
    assert str(ended.args[0]).startswith(f"denoise_from: {LAST + 1} is not a step")


def test_few_pictures_are_run_unless_a_number_was_chosen_that_can_be(
    session: Session, path: str, trusted: None, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session._spec = RunSpec(threads=1)
    with qtbot.waitSignal(session.run_ended):
        session.open(path)
    assert session.spec.count == 64
    session._spec = RunSpec(count=5_000, threads=1)
    with qtbot.waitSignal(session.run_ended):
        session.open(path)
    assert session.spec.count == 64
    session._spec = RunSpec(count=9, threads=1)
    with qtbot.waitSignal(session.run_ended):
        session.open(path)
    assert session.spec.count == 9


# ------------------------------------------------------------------------------------------------- looks at a step
def shown_at(session: Session, t: int) -> dict[str, ShownFrame]:
    found = {side: session.recording(side).shown(t) for side in (FORWARD, REVERSE)}
    assert all(found.values())
    return found


@pytest.mark.parametrize("mode", ["x0_estimate", "mean"])
def test_what_the_network_makes_of_a_step_is_the_engine_s_and_is_kept(images: Session, mode: str, qtbot: QtBot) -> None:
    from core.sampling.predictions import next_means, x0_estimates

    wanted = shown_at(images, 9)
    with qtbot.waitSignal(images.predictions_changed):
        assert images.predict(mode, wanted) == {}
    found = images.predict(mode, wanted)
    assert images.opened is not None
    turned = x0_estimates if mode == "x0_estimate" else next_means
    for side, each in wanted.items():
        (expected,) = turned(images.opened.model, [each.frame])
        assert found[side].frame.t == 9
        assert np.array_equal(found[side].frame.x, expected.x)
    qtbot.waitUntil(lambda: not images._tasks._activities)


def test_of_many_wishes_the_newest_is_answered_after_the_first(
    images: Session, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    looking = steer("predict")
    for t in (3, 4, 5, 6):
        images.predict("x0_estimate", shown_at(images, t))
    looking.let_go()
    qtbot.waitUntil(lambda: len(images.predict("x0_estimate", shown_at(images, 6))) == 2)
    known = [t for t in (3, 4, 5, 6) if images.predictions.found(FORWARD, "x0_estimate", shown_at(images, t)[FORWARD])]
    assert known == [3, 6]
    assert len(looking._passes) == 2


def test_another_run_forgets_what_was_looked_at(images: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(images.predictions_changed):
        images.predict("x0_estimate", shown_at(images, 9))
    with qtbot.waitSignal(images.run_ended):
        images.edit(seed=99)
    with qtbot.waitSignal(images.predictions_changed):
        assert images.predict("x0_estimate", shown_at(images, 9)) == {}


def test_only_the_newest_answers_are_kept(images: Session, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr("dpm_gui.session.predictions.CACHED_PREDICTIONS", 4)
    for t in (1, 2, 3):
        with qtbot.waitSignal(images.predictions_changed):
            images.predict("mean", shown_at(images, t))
        qtbot.waitUntil(lambda: not images._tasks._activities)
    known = [t for t in (1, 2, 3) if images.predictions.found(REVERSE, "mean", shown_at(images, t)[REVERSE])]
    assert known == [2, 3]


# ------------------------------------------------------------------------------------------------ the rows of figure 3
def test_the_rows_of_the_figure_are_those_of_the_run_and_what_it_has_not_got_is_computed(
    images: Session, qtbot: QtBot
) -> None:
    assert not images.figure_ready
    images.compute_figure()
    images.compute_figure()
    qtbot.waitUntil(lambda: images.figure_ready)
    rows, opened = images.image_rows.rows, images.opened
    assert rows is not None
    assert opened is not None
    assert abs(rows.signal - 0.5) == np.abs(opened.alpha_bars[1:] - 0.5).min()
    assert np.array_equal(rows.examples, images.recording(FORWARD).frame(0).x)
    assert np.array_equal(rows.noised, images.recording(FORWARD).frame(rows.t).x)
    assert np.array_equal(rows.samples, images.recording(REVERSE).frame(0).x)
    assert rows.denoised.shape == rows.examples.shape
    assert np.abs(rows.denoised - rows.examples).mean() < np.abs(rows.noised - rows.examples).mean()


def test_a_run_that_denoises_gives_its_own_row_and_samples_are_computed(images: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(images.run_ended):
        images.edit(denoise_from=7)
    images.compute_figure()
    qtbot.waitUntil(lambda: images.figure_ready)
    rows = images.image_rows.rows
    assert rows is not None
    assert rows.t == 7
    assert np.array_equal(rows.denoised, images.recording(REVERSE).frame(0).x)
    assert rows.samples.shape == rows.examples.shape


def test_a_figure_of_a_run_that_has_not_ended_is_refused(
    session: Session, steered: Steered, path: str, trusted: None, qtbot: QtBot
) -> None:
    session._spec = FEW
    steered.at_once = 3
    with qtbot.waitSignal(session.frames_added):
        session.open(path)
    with pytest.raises(BadInputError, match="the run has not finished"):
        session.compute_figure()


def test_the_bound_is_measured_on_as_many_pictures_as_is_usual_and_per_pixel(
    model: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.measurement.bound.DEFAULT_IMAGES", 11)
    *_, last = runs.measure_bound(model, replace(SPEC, count=400, denoise_from=3))
    assert last.bound is not None
    assert last.bound.count == 11
    assert last.bound.unit == "pixel"
    assert last.bound.bits_per_dimension is not None
