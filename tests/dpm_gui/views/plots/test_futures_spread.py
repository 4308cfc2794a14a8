"""The plot of how far many futures part: when its dock is there, what it draws, and in which measure."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.values.checkpoints import Checkpoint
from dpm_gui.desktop.theme import DARK
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.engine.values import REVERSE
from dpm_gui.views.plots.futures_spread import NONE_YET, FuturesSpread
from dpm_gui.watch.workspace import WATCH
from tests.support.futures_desk import OTHER, Desk
from tests.support.places import to_viewport
from tests.support.window_values import STEPS, make_checkpoint, make_images

LEFT = Qt.MouseButton.LeftButton


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
    points.workspaces.show_workspace(OTHER.name)
    assert points.dock.isHidden()
    points.session.undo_stack.undo()
    points.workspaces.show_workspace(WATCH.name)
    assert points.dock.isHidden()
    points.workspaces.show_workspace(OTHER.name)
    points.session.undo_stack.redo()
    assert points.dock.isHidden()
    with qtbot.waitSignal(points.session.run_ended):
        points.workspaces.show_workspace(WATCH.name)
    assert points.dock.isVisible()


def test_what_is_drawn_is_what_the_frames_say(points: Desk) -> None:
    from core.sampling.predictions import state_spread

    points.player.seek(4)
    points.branch()
    opened = points.session.opened
    assert opened is not None
    steps, values = points.plot.curve
    assert steps.tolist() == [0, 1, 2, 3, 4]
    expected = [state_spread(opened.checkpoint.data, "gaussian", points.frame(t).x) for t in range(5)]
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
    place = to_viewport(points.plot, QPointF(1.0, 0.0)).toPoint()
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
    assert not len(plot.curve[0])
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
        (make_images, ("standard deviation", "grey levels")),
        (lambda: make_images(shape=(4, 4, 3)), ("standard deviation", "levels")),
    ],
)
def test_the_measure_fits_the_data(made: Callable[[], Checkpoint], expected: tuple[str, str]) -> None:
    assert state_kind_of(made()).spread == expected
