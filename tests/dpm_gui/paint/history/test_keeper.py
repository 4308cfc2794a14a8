"""Finished inpaintings are kept, and brought back whole, undoably, without sampling again where they can be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.paint.history.keeper import HistoryKeeper
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.session.session import Session
from tests.support.painting import save_rings


@pytest.fixture(scope="module")
def rings(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("rings") / "rings.h5"
    save_rings(path, (9, 11), steps=12)
    return str(path)


@pytest.fixture
def keeper(session: Session, rings: str, trusted: None, qtbot: QtBot) -> Iterator[HistoryKeeper]:
    """The history of Paint with rings open and inpainted once."""
    paint = PaintSession(session)
    made = HistoryKeeper(paint, paint)
    paint._debounce.setInterval(5)
    session._spec = session.spec.__class__(count=2, seed=17, threads=1)
    with qtbot.waitSignal(session.opened_changed):
        session.open(rings)
    with qtbot.waitSignal(paint.ended):
        paint.set_in_view(True)
    yield made
    paint.shut_down()
    paint.deleteLater()


def change(keeper: HistoryKeeper, qtbot: QtBot) -> None:
    """Inpaint another mask with other options and another seed."""
    paint = keeper._paint
    with qtbot.waitSignal(paint.ended):
        paint.take_ready_mask("left")
        paint.set_options(known_mode="clean", count=3)
        paint._session.edit(seed=5)


def test_an_inpainting_comes_back_whole_without_sampling_and_undo_takes_it_back(
    keeper: HistoryKeeper, qtbot: QtBot
) -> None:
    paint, stack = keeper._paint, keeper._paint.document.undo_stack
    first, samples = paint.state, paint.result
    change(keeper, qtbot)
    second, newer = paint.state, paint.result
    assert [each.number for each in keeper.history.entries] == [1, 2]
    assert keeper.shown == 2
    started: list[bool] = []
    paint.started.connect(lambda: started.append(True))
    keeper.bring_back(1)
    assert paint.state.same_as(first)
    assert (paint.result, keeper.shown) == (samples, 1)
    stack.undo()
    assert paint.state.same_as(second)
    assert (paint.result, keeper.shown) == (newer, 2)
    stack.redo()
    assert paint.state.same_as(first)
    count = stack.count()
    keeper.bring_back(1)
    assert stack.count() == count
    qtbot.wait(30)
    assert not started
    assert not paint.running


def test_samples_that_were_dropped_are_drawn_again_and_are_the_same(keeper: HistoryKeeper, qtbot: QtBot) -> None:
    paint = keeper._paint
    before = paint.result.images.copy()
    change(keeper, qtbot)
    keeper.history._most_bytes = keeper.history.size - 1
    keeper.history._fit(2)
    paint.set_options(automatic=False)
    assert keeper.history.find(1).summary is None
    with qtbot.waitSignal(paint.ended):
        keeper.bring_back(1)
    assert paint.result.images.tobytes() == before.tobytes()
    assert [each.number for each in keeper.history.entries] == [1, 2]
    assert keeper.shown == 1


def test_entries_are_removed_and_the_history_is_cleared_undoably(keeper: HistoryKeeper, qtbot: QtBot) -> None:
    stack = keeper._paint.document.undo_stack
    change(keeper, qtbot)
    keeper.remove(1)
    assert [each.number for each in keeper.history.entries] == [2]
    keeper.clear()
    assert list(keeper.history.entries) == []
    assert keeper.shown is None
    stack.undo()
    stack.undo()
    assert [each.number for each in keeper.history.entries] == [1, 2]
    stack.redo()
    assert [each.number for each in keeper.history.entries] == [2]


def test_the_one_before_and_the_one_after_are_brought_back_in_turn(keeper: HistoryKeeper, qtbot: QtBot) -> None:
    change(keeper, qtbot)
    shown: list[int | None] = []
    keeper.shown_changed.connect(shown.append)
    for step in (-1, -1, 1, 1):
        keeper.step(step)
    assert shown == [1, 2]


def test_a_stopped_run_is_not_kept_and_a_stroke_after_bringing_back_makes_a_new_entry(
    keeper: HistoryKeeper, qtbot: QtBot
) -> None:
    paint = keeper._paint
    paint.take_ready_mask("left")
    paint.run()
    paint.stop()
    assert len(keeper.history.entries) == 1
    assert keeper.shown is None
    keeper.bring_back(1)
    assert keeper.shown == 1
    with qtbot.waitSignal(paint.ended):
        paint.take_ready_mask("lower")
    assert [each.number for each in keeper.history.entries] == [1, 2]


def test_another_checkpoint_clears_the_history(
    keeper: HistoryKeeper, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    save_rings(tmp_path / "other.h5", (8, 8), steps=12)
    with qtbot.waitSignal(session.opened_changed):
        session.open(str(tmp_path / "other.h5"))
    assert keeper.history.entries == ()
    assert keeper.shown is None
