"""Many futures in the window: which state branches, what the session records, and the plot of how far they part."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from core import checkpoint
from core.branch_values import Branch
from core.errors import BadInputError
from core.values import Frame, RunSpec
from dpm_gui import engine
from dpm_gui.actions import Actions
from dpm_gui.engine import FORWARD, REVERSE, Opened, SideFrame
from dpm_gui.icons import IconSet
from dpm_gui.player import Player
from dpm_gui.recording import Recording
from dpm_gui.roots import Roots
from dpm_gui.session import Session
from dpm_gui.theme import DARK
from dpm_gui.views.futures_spread import NONE_YET, FuturesSpread
from dpm_gui.workspaces.pages import PAINT, WATCH, Workspaces
from dpm_gui.workspaces.spread import Spread, measure_of
from dpm_gui.workspaces.watch import WatchWorkspace
from tests.gui.made_up import SPEC, STEPS, Steered, close_figures, make_checkpoint, make_pictures

LAST = 24
FEW = replace(SPEC, count=4)
LEFT = Qt.MouseButton.LeftButton


class Desk:
    """A workspace, the plot and its dock before a session."""

    def __init__(self, session: Session, qtbot: QtBot) -> None:
        window = QMainWindow()
        qtbot.addWidget(window, before_close_func=self.close)
        self.session, self.player, self.actions = session, Player(window), Actions(window)
        self.watch = WatchWorkspace(session, self.player, self.actions, IconSet(), window)
        self.plot, self.dock = FuturesSpread(window), QDockWidget(window)
        self.dock.setWidget(self.plot)
        self.workspaces = Workspaces(window)
        self.workspaces.add(WATCH, self.watch)
        self.workspaces.add(PAINT, QWidget())
        window.setCentralWidget(self.workspaces)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.made_room = 0
        self.spread = Spread(session, self.player, self.plot, self.dock, self.workspaces, self._count_room)
        self.qtbot = qtbot
        window.resize(1000, 700)
        window.show()

    def _count_room(self) -> None:
        self.made_room += 1

    def close(self, window: QWidget) -> None:
        self.session.blockSignals(True)
        close_figures(window)

    def branch(self) -> None:
        """Ask for many futures, and wait until they are there."""
        with self.qtbot.waitSignal(self.session.run_ended):
            self.watch.starts.branch()

    def note(self) -> str:
        return self.watch.views[REVERSE].header.note

    def frame(self, t: int) -> Frame:
        found = self.session.recording(REVERSE).frame(t)
        assert found is not None
        return found


@pytest.fixture
def points(session: Session, files: dict[str, str], trusted: None, qtbot: QtBot) -> Desk:
    """200 points have been run in 5 steps."""
    made = Desk(session, qtbot)
    with qtbot.waitSignal(session.run_ended):
        session.open(files["small"])
    qtbot.waitUntil(lambda: session._tasks.idle)
    return made


@pytest.fixture
def pictures(session: Session, path: str, trusted: None, long: None, qtbot: QtBot) -> Desk:
    """Four pictures have been run in 24 steps."""
    session._spec = FEW
    made = Desk(session, qtbot)
    with qtbot.waitSignal(session.run_ended):
        session.open(path)
    qtbot.waitUntil(lambda: session._tasks.idle)
    return made


def frames(opened: Opened, *arguments: object) -> list[SideFrame]:
    return [value for value in engine.run(opened, *arguments) if isinstance(value, SideFrame)]  # type: ignore[arg-type]


def computed(session: Session) -> list[Frame]:
    """The futures of the session's spec by the engine itself, from the spec alone."""
    from core.branching import futures

    assert session.opened is not None
    return list(futures(session.opened.model, session.spec))


def assert_recorded(session: Session, expected: list[Frame]) -> None:
    for frame in expected:
        kept = session.recording(REVERSE).frame(frame.t)
        assert kept is not None
        assert np.array_equal(kept.x, frame.x)


# ------------------------------------------------------------------------------------------------------ the engine


@pytest.mark.parametrize("known", [True, False])
def test_a_run_of_futures_is_the_engine_s_with_or_without_their_state(path: str, trusted: None, known: bool) -> None:
    from core.branching import futures, root_in, walk_to_root
    from core.trajectories import forward

    *_, opened = engine.open_checkpoint(path)
    assert isinstance(opened, Opened)
    spec = replace(FEW, branches=(Branch(9, 3),))
    *_, parent = walk_to_root(opened.model, spec)
    run = frames(opened, spec, root_in(parent, spec)) if known else frames(opened, spec)
    back = [value.frame for value in run if value.side == REVERSE]
    for found, frame in zip(back, futures(opened.model, spec), strict=True):
        assert found.t == frame.t
        assert np.array_equal(found.x, frame.x)
    there = [value.frame for value in run if value.side == FORWARD]
    for found, frame in zip(there, forward(opened.model, FEW), strict=True):
        assert np.array_equal(found.x, frame.x)


def test_every_frame_of_the_futures_says_how_far_they_lie_apart_and_no_other(
    path: str, trusted: None, long: None
) -> None:
    from core.branching import spread_of

    *_, opened = engine.open_checkpoint(path)
    assert isinstance(opened, Opened)
    run = frames(opened, replace(FEW, branches=(Branch(15, 3),)))
    back = [value for value in run if value.side == REVERSE and not value.preview]
    assert [value.spread for value in back] == [
        spread_of(opened.checkpoint.data, "gaussian", value.frame.x) for value in back
    ]
    assert back[0].spread == 0.0
    assert all(value.spread is None for value in run if value.side == FORWARD or value.preview)
    assert all(value.spread is None for value in frames(opened, FEW))


def test_many_futures_of_a_late_state_have_a_preview_that_begins_at_it(path: str, trusted: None, long: None) -> None:
    *_, opened = engine.open_checkpoint(path)
    assert isinstance(opened, Opened)
    run = frames(opened, replace(FEW, branches=(Branch(15, 3),)))
    preview = [value.frame for value in run if value.preview]
    chain = next(value.frame for value in run if value.side == REVERSE and not value.preview)
    assert (preview[0].t, preview[-1].t, len(preview)) == (15, 0, 5)
    assert np.array_equal(preview[0].x, chain.x)


def test_there_is_room_for_the_futures_and_for_the_run(path: str, trusted: None) -> None:
    *_, opened = engine.open_checkpoint(path)
    assert isinstance(opened, Opened)
    sides = engine.rooms(opened, replace(FEW, branches=(Branch(15, 3),))).sides
    assert [sides[side].steps for side in (FORWARD, REVERSE)] == [LAST, 15]
    sides[REVERSE].add(Frame(15, np.zeros((64, 8, 8), np.float32)))
    sides[FORWARD].add(Frame(0, np.zeros((4, 8, 8), np.float32)))


# ----------------------------------------------------------------------------------------------------- the session


def test_the_futures_are_those_of_the_state_that_was_on_show(points: Desk) -> None:
    state = points.frame(3).x[17].copy()
    points.player.seek(3)
    points.watch._choose_point(REVERSE, 17)
    points.branch()
    assert points.session.spec == replace(SPEC, branches=(Branch(3, 17),))
    assert np.array_equal(points.frame(3).x, np.tile(state, (64, 1)))
    assert_recorded(points.session, computed(points.session))
    assert points.session.recording(REVERSE).complete
    assert points.session.recording(FORWARD).complete


def test_the_state_is_taken_from_the_recording_and_the_run_is_not_walked_again(
    pictures: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = replace(FEW, branches=(Branch(20, 0),))
    pictures.player.seek(20)
    monkeypatch.setattr("core.branching.walk_back", None)  # whoever walks calls it
    pictures.branch()
    assert pictures.session.spec == expected
    monkeypatch.undo()
    assert_recorded(pictures.session, computed(pictures.session))


def test_undo_and_from_noise_lead_back_and_redo_knows_the_state_still(
    points: Desk, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session = points.session
    before = [points.frame(t).x for t in range(STEPS + 1)]
    points.player.seek(2)
    points.branch()
    futures = [points.frame(t).x for t in range(3)]
    assert session.undo_stack.undoText() == "many futures"
    with qtbot.waitSignal(session.run_ended):
        session.undo_stack.undo()
    assert all(np.array_equal(points.frame(t).x, before[t]) for t in range(STEPS + 1))
    assert session.recording(REVERSE).spreads == {}
    monkeypatch.setattr("core.branching.walk_back", None)
    for again in (session.undo_stack.redo, session.run):
        with qtbot.waitSignal(session.run_ended):
            again()
        assert all(np.array_equal(points.frame(t).x, futures[t]) for t in range(3))
    with qtbot.waitSignal(session.run_ended):
        points.watch.starts.from_noise()
    assert session.spec == SPEC
    assert np.array_equal(points.frame(0).x, before[0])


def both(session: Session) -> list[Recording]:
    return [session.recording(side) for side in (FORWARD, REVERSE)]


@pytest.mark.parametrize("back", ["undo", "from noise", "from futures of futures"])
def test_back_to_the_samples_nothing_is_walked_again(points: Desk, back: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session, samples = points.session, both(points.session)
    points.player.seek(3)
    points.branch()
    if back == "from futures of futures":
        points.player.seek(2)
        points.branch()
    assert both(session) != samples
    monkeypatch.setattr(engine, "run", None)  # whoever runs calls it
    told: list[str] = []
    for name in ("recording_replaced", "run_started", "frames_added", "colours_changed", "run_ended"):
        getattr(session, name).connect(lambda *_, name=name: told.append(name))
    session.undo_stack.undo() if back == "undo" else points.watch.starts.from_noise()
    assert session.spec == SPEC
    assert both(session) == samples
    assert told == ["recording_replaced", "run_started", *2 * ["colours_changed", "frames_added"], "run_ended"]
    assert not session.running
    assert not session.out_of_date
    points.player.seek(1)
    for side, recording in zip((FORWARD, REVERSE), samples, strict=True):
        view = points.watch.views[side]
        assert view.message is None
        assert np.array_equal(view._frame.x, recording.frame(1).x)
        assert np.array_equal(view._along, recording.along)
    assert points.note() == "t = 1"
    assert points.dock.isHidden()


def test_from_samples_that_were_put_back_others_branch_without_a_walk(
    points: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    points.player.seek(3)
    points.branch()
    points.session.undo_stack.undo()
    monkeypatch.setattr("core.branching.walk_back", None)
    points.player.seek(4)
    points.branch()
    monkeypatch.undo()
    assert_recorded(points.session, computed(points.session))


def test_going_back_while_the_futures_are_walked_stops_them(points: Desk, steer: Callable[[str], Steered]) -> None:
    session, samples, steered = points.session, both(points.session), steer("run")
    points.player.seek(3)
    points.watch.starts.branch()
    points.qtbot.waitUntil(lambda: len(steered._passes) == 1)
    session.undo_stack.undo()
    assert not session.running
    steered.let_go()
    steered.wait_until_closed(call=0)
    points.qtbot.wait(20)
    assert both(session) == samples
    assert all(recording.complete for recording in samples)


def test_samples_that_were_not_all_there_are_walked_again(points: Desk, qtbot: QtBot) -> None:
    session = points.session
    points.player.seek(3)
    session.recording(REVERSE)._missing = 1
    samples = both(session)
    points.branch()
    with qtbot.waitSignal(session.run_ended):
        session.undo_stack.undo()
    assert both(session) != samples
    assert all(recording.complete for recording in both(session))


def test_to_run_again_is_to_run_again_and_another_run_lets_go_of_the_samples(points: Desk, qtbot: QtBot) -> None:
    session, samples = points.session, both(points.session)
    points.player.seek(3)
    points.branch()
    with qtbot.waitSignal(session.run_ended):
        session.edit(seed=4)
    assert session._run._samples is None
    with qtbot.waitSignal(session.run_ended):
        session.edit(seed=SPEC.seed)
    again = both(session)
    assert again != samples
    points.player.seek(3)
    points.branch()
    session.undo_stack.undo()
    assert both(session) == again
    with qtbot.waitSignal(session.run_ended):
        session.run()
    assert both(session) != again


def test_samples_are_put_back_when_somebody_looks(points: Desk) -> None:
    session, samples = points.session, both(points.session)
    points.player.seek(3)
    points.branch()
    points.workspaces.show_page(PAINT)
    session.undo_stack.undo()
    assert both(session) != samples
    points.workspaces.show_page(WATCH)
    assert both(session) == samples


def test_a_spec_that_was_never_on_show_is_walked_to(points: Desk, qtbot: QtBot) -> None:
    session = points.session
    with qtbot.waitSignal(session.run_ended) as ended:
        session.edit(seed=4, branches=(Branch(2, 199),))
    assert ended.args == [None]
    assert_recorded(session, computed(session))


@pytest.mark.parametrize("change", [{"seed": 3}, {"count": 150}, {"denoise_from": 4}])
def test_another_run_shows_its_own_states_and_no_futures(points: Desk, change: dict[str, int], qtbot: QtBot) -> None:
    points.player.seek(2)
    points.branch()
    with qtbot.waitSignal(points.session.run_ended):
        points.session.edit(**change)
    assert points.session.spec == replace(SPEC, **change)  # type: ignore[arg-type]
    assert len(points.frame(0).x) == points.session.spec.count


def test_a_future_has_futures_and_a_denoised_point_too(points: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(points.session.run_ended):
        points.session.edit(denoise_from=4)
    points.player.seek(4)
    points.branch()
    assert points.note() == "t = 4 · 64 futures of denoised point 1 from t = 4"
    points.player.seek(2)
    points.watch._choose_point(REVERSE, 63)
    points.branch()
    assert points.session.spec.branches == (Branch(4, 0), Branch(2, 63))
    assert points.note() == "t = 2 · 64 futures of future 64 from t = 2"
    assert_recorded(points.session, computed(points.session))


def test_another_file_shows_no_futures(points: Desk, files: dict[str, str], qtbot: QtBot) -> None:
    points.player.seek(2)
    points.branch()
    with qtbot.waitSignal(points.session.run_ended):
        points.session.open(files["other"])
    assert points.session.spec.branches == ()
    assert points.dock.isHidden()
    assert points.plot.message == NONE_YET


def test_a_trajectory_that_is_not_there_is_told_by_name(points: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(points.session.run_ended) as ended:
        points.session.edit(branches=(Branch(2, 200),))
    assert isinstance(ended.args[0], BadInputError)
    assert str(ended.args[0]) == "branches: 200 is not a trajectory between 0 and 199"


def test_the_spread_is_computed_in_the_thread_of_the_job(points: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from core import branching

    threads, real = set(), branching.spread_of

    def watched(*arguments: object) -> float:
        threads.add(threading.get_ident())
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(branching, "spread_of", watched)
    points.player.seek(3)
    points.branch()
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_figure_1_is_not_made_of_futures(points: Desk) -> None:
    points.player.seek(3)
    points.branch()
    with pytest.raises(BadInputError, match="sample from noise first"):
        points.session.compute_figure()


def test_a_state_is_known_for_the_run_that_is_recorded_alone() -> None:
    roots, recording, spec = Roots(), Recording(3), replace(SPEC, branches=(Branch(2, 1),))
    recording.add(Frame(2, np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)))
    assert roots.find(spec, None, recording) is None
    assert roots.find(spec, replace(SPEC, seed=1), recording) is None
    found = roots.find(spec, SPEC, recording)
    assert found is not None
    assert found.tolist() == [3.0, 4.0]
    assert roots.find(spec, None, recording) is found
    assert roots.find(replace(spec, branches=(Branch(1, 1),)), spec, recording) is None
    roots.forget()
    assert roots.find(spec, None, recording) is None


# --------------------------------------------------------------------------------------------------- the workspace


def test_where_there_are_no_futures_the_command_says_why(
    session: Session, steered: Steered, path: str, trusted: None, long: None, qtbot: QtBot
) -> None:
    session._spec = FEW
    desk = Desk(session, qtbot)
    action = desk.actions["branch"]
    assert action.toolTip().endswith("open a checkpoint first")
    steered.at_once = 5 + LAST + 1 + 10  # the preview, the forward side, the reverse from 24 to 15
    session.open(path)
    qtbot.waitUntil(lambda: session.recording(REVERSE).available == (15, LAST))
    for t, reason in (
        (0, "at t = 0 nothing is left to come"),
        (9, "the reverse has not come to t = 9 yet"),
        (15, ""),
    ):
        desk.player.seek(t)
        assert action.isEnabled() == (not reason)
        assert action.toolTip().endswith(reason)
    desk.player.seek(9)
    session.stop()
    steered.let_go()
    assert action.toolTip().endswith("run again: t = 9 is missing")


def test_at_the_state_itself_its_futures_are_on_show_already(points: Desk) -> None:
    points.player.seek(3)
    points.branch()
    action = points.actions["branch"]
    for t, enabled in ((5, False), (3, False), (2, True)):
        points.player.seek(t)
        assert action.isEnabled() == enabled
    assert points.actions["from_noise"].isEnabled()


@pytest.mark.parametrize("chosen", [None, (FORWARD, 5)])
def test_without_a_chosen_state_of_the_reverse_the_first_branches(points: Desk, chosen: tuple[str, int] | None) -> None:
    if chosen is not None:
        points.watch._choose_point(*chosen)
    points.player.seek(3)
    points.branch()
    assert points.session.spec.branches == (Branch(3, 0),)
    assert points.note() == "t = 3 · 64 futures of point 1 from t = 3"


def test_the_enlarged_picture_branches_and_its_futures_are_a_grid_of_their_own(pictures: Desk, qtbot: QtBot) -> None:
    ours, other = (pictures.watch.views[side] for side in (REVERSE, FORWARD))
    pictures.player.seek(12)
    ours.enlarge(2)
    pictures.branch()
    assert pictures.session.spec.branches == (Branch(12, 2),)
    assert pictures.note() == "t = 12 · 64 futures of picture 3 from t = 12"
    assert (ours.grid.count, other.grid.count) == (64, 4)
    assert (ours.picture_enlarged, other.picture_enlarged) == (-1, -1)
    assert ours.region == ours.home
    ours.enlarge(40)
    assert other.picture_enlarged == -1
    pictures.player.seek(7)
    pictures.branch()
    assert pictures.session.spec.branches == (Branch(12, 2), Branch(7, 40))
    assert ours.picture_enlarged == -1
    with qtbot.waitSignal(pictures.session.run_ended):
        pictures.watch.starts.from_noise()
    assert (ours.grid.count, other.region) == (4, other.home)
    ours.enlarge(3)
    assert other.picture_enlarged == 3


def test_a_preview_of_futures_says_so(pictures: Desk, steer: Callable[[str], Steered], qtbot: QtBot) -> None:
    running = steer("run")
    running.at_once = 1
    pictures.player.seek(18)
    pictures.watch.starts.branch()
    qtbot.waitUntil(lambda: pictures.session.recording(REVERSE).in_reach is not None)
    assert pictures.note() == "t = 18 · 64 futures of picture 1, preview in 4 steps"
    assert pictures.plot.spreads == {}
    with qtbot.waitSignal(pictures.session.run_ended):
        running.let_go()
    assert pictures.note() == "t = 18 · 64 futures of picture 1 from t = 18"


# -------------------------------------------------------------------------------------------------------- the plot


def test_the_dock_is_there_while_there_are_futures(points: Desk, qtbot: QtBot) -> None:
    assert points.dock.isHidden()
    points.player.seek(3)
    points.branch()
    assert points.dock.isVisible()
    assert points.made_room == 1
    with qtbot.waitSignal(points.session.run_ended):
        points.session.undo_stack.undo()
    assert points.dock.isHidden()


def test_a_dock_that_was_closed_stays_closed_until_there_are_other_futures(points: Desk) -> None:
    points.player.seek(3)
    points.branch()
    points.dock.close()
    points.session.frames_added.emit(REVERSE)
    points.player.seek(1)
    assert points.dock.isHidden()
    points.branch()
    assert points.dock.isVisible()


def test_in_another_workspace_the_dock_waits(points: Desk, qtbot: QtBot) -> None:
    points.player.seek(3)
    points.branch()
    points.workspaces.show_page(PAINT)
    assert points.dock.isHidden()
    points.session.undo_stack.undo()
    points.workspaces.show_page(WATCH)
    assert points.dock.isHidden()
    points.workspaces.show_page(PAINT)
    points.session.undo_stack.redo()
    assert points.dock.isHidden()
    with qtbot.waitSignal(points.session.run_ended):
        points.workspaces.show_page(WATCH)
    assert points.dock.isVisible()


def test_what_is_drawn_is_what_the_frames_say(points: Desk) -> None:
    from core.branching import spread_of

    points.player.seek(4)
    points.branch()
    opened = points.session.opened
    assert opened is not None
    steps, values = points.plot.curve
    assert steps.tolist() == [0, 1, 2, 3, 4]
    expected = [spread_of(opened.checkpoint.data, "gaussian", points.frame(t).x) for t in range(5)]
    assert values.tolist() == expected
    assert points.plot.home.left() < 0
    assert points.plot.home.right() > STEPS  # the time axis of the whole chain


def test_both_cursors_are_one_time(points: Desk) -> None:
    points.player.seek(4)
    points.branch()
    points.player.seek(2)
    assert points.plot._cursor.at == 2
    assert points.plot.header.readout.startswith("t = 2 · ")
    points.player.seek(STEPS)
    assert points.plot.header.readout == "the futures begin at t = 4"
    place = points.plot.to_viewport(QPointF(1.0, 0.0)).toPoint()
    place.setY(points.plot.viewport().height() // 2)
    QTest.mouseClick(points.plot.viewport(), LEFT, pos=place)
    assert points.player.t == 1


@pytest.fixture
def plot(qtbot: QtBot) -> FuturesSpread:
    made = FuturesSpread()
    qtbot.addWidget(made)
    made.resize(320, 220)
    made.show()
    return made


def test_an_empty_plot_says_how_to_come_by_futures(plot: FuturesSpread) -> None:
    assert plot.message == NONE_YET
    assert plot.step_range is None
    assert all(len(column) == 0 for column in plot.table().columns.values())


def test_the_table_names_measure_and_unit_and_holds_what_has_come(plot: FuturesSpread) -> None:
    plot.begin(40, 12, "entropy", "bits per dimension")
    plot.show_spreads({12: 0.0, 11: 0.25})
    assert plot.message is None
    table = plot.table()
    assert list(table.columns) == ["t", "entropy (bits per dimension)"]
    assert table.columns["t"].tolist() == [11, 12]
    assert table.columns["entropy (bits per dimension)"].tolist() == [0.25, 0.0]
    assert plot._axes[1].labelText == "bits per dimension"
    plot.set_cursor(3)
    assert plot.header.readout == "t = 3 · not computed yet"
    plot.show_none()
    assert plot.spreads == {}
    assert plot.message == NONE_YET


def test_all_values_are_in_view_whatever_their_size(plot: FuturesSpread) -> None:
    for values in ({3: 0.0}, {3: 0.0, 2: 1e-4}, {3: 0.0, 2: 80.0}):
        plot.begin(40, 3, "standard deviation", "grey levels")
        plot.show_spreads(values)
        shown = plot.view.viewRect()
        assert shown.top() < 0 <= max(values.values()) < shown.bottom()


def test_the_line_has_the_hue_of_the_reverse(plot: FuturesSpread) -> None:
    plot.set_palette(DARK)
    assert plot._curve.opts["pen"].color().name().upper() == DARK.reverse.upper()


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (make_checkpoint, ("standard deviation", "data units")),
        (lambda: make_checkpoint(kind="binomial"), ("entropy", "bits per dimension")),
        (make_pictures, ("standard deviation", "grey levels")),
        (lambda: make_pictures(shape=(4, 4, 3)), ("standard deviation", "levels")),
    ],
)
def test_the_measure_fits_the_data(made: Callable[[], checkpoint.Checkpoint], expected: tuple[str, str]) -> None:
    assert measure_of(made()) == expected


def test_the_spec_of_a_run_says_how_many_there_are() -> None:
    assert RunSpec(7).reverse_count == 7
    assert RunSpec(7, branches=(Branch(3, 1, 9),)).reverse_count == 9
