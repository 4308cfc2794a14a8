"""Which columns are on show: one choice while a checkpoint is open, and what the drift is computed over."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.session.session import Session
from dpm_gui.session.shown_columns import ShownColumns
from tests.support.columns import column_info, save_points
from tests.support.window_values import STEPS, open_and_run


def test_the_first_columns_are_shown_of_what_is_opened(qtbot: QtBot) -> None:
    columns = ShownColumns()
    for dimensions, shown in ((1, (0,)), (2, (0, 1)), (64, (0, 1))):
        columns.reset(column_info(dimensions))
        assert columns.shown == shown


def test_a_choice_is_told_once(qtbot: QtBot) -> None:
    columns = ShownColumns()
    columns.reset(column_info(5))
    with qtbot.waitSignal(columns.changed) as received:
        columns.choose((4, 2))
    assert received.args == [(4, 2)]
    with qtbot.assertNotEmitted(columns.changed):
        columns.choose((4, 2))


@pytest.mark.parametrize("wrong", [(5, 0), (-1, 0), (2, 2), (1,), (0, 1, 2), ()])
def test_columns_that_are_no_pair_are_refused(qtbot: QtBot, wrong: tuple[int, ...]) -> None:
    columns = ShownColumns()
    columns.reset(column_info(5))
    with pytest.raises(ValueError, match="columns"):
        columns.choose(wrong)
    assert columns.shown == (0, 1)


def test_the_drift_is_computed_over_the_columns_on_show(
    session: Session, tmp_path: Path, trusted: None, qtbot: QtBot
) -> None:
    open_and_run(session, save_points(tmp_path, 3), qtbot)
    session.compute_drift()
    session.columns.choose((2, 1))
    session.compute_drift()  # while the other is still being computed
    qtbot.waitUntil(lambda: len(session.drifts.found) == STEPS)
    assert {frame.columns for frame in session.drifts.found.values()} == {(2, 1)}
    spec = session.spec
    session.columns.choose((0, 1))
    assert session.spec == spec
    assert not session.out_of_date
