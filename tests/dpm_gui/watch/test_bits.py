"""The workspace Watch with bits: other canvases, other layers, and everything else as with points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.data.formulas import Heartbeat
from core.formats import checkpoints
from core.networks.empirical import EmpiricalNetwork
from core.processes.schedules import constant_erasure
from core.values.checkpoints import DataInfo, NetworkInfo
from dpm_gui.engine.state_kinds import SEQUENCES
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.session import Session
from dpm_gui.views.canvases.bits import BitsView
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.watch.commands import LAYERS
from dpm_gui.watch.page import WatchPage
from dpm_gui.window.run_panel import RunPanel
from tests.support.window_values import close_figures, make_checkpoint
from tests.support.workspaces import services_of

LAST = 12


@pytest.fixture
def heartbeat(tmp_path: Path) -> str:
    """A checkpoint of the exact heartbeat, of few steps."""
    source = Heartbeat()
    network = EmpiricalNetwork.of(source.support())
    info = DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    made = make_checkpoint(
        kind="binomial",
        betas=constant_erasure(LAST, first=1e-3),
        network=NetworkInfo(network.kind, network.config, weights),
        data=info,
    )
    path = tmp_path / "heartbeat.h5"
    checkpoints.save(made, path)
    return str(path)


class Desk:
    """A workspace, its panel and its session, with the heartbeat open."""

    def __init__(self, session: Session, path: str, qtbot: QtBot) -> None:
        window = QWidget()
        qtbot.addWidget(window, before_close_func=self.close)
        services = services_of(session, window)
        self.session, self.player, self.actions = session, services.player, services.actions
        self.watch = WatchPage(services)
        self.panel = RunPanel(session, self.actions["new_seed"], self.actions["run_again"], window)
        window.resize(900, 700)
        self.watch.resize(window.size())
        window.show()
        self.window = window
        with qtbot.waitSignal(session.run_ended):
            session.open(path)

    def close(self, window: QWidget) -> None:
        self.session.blockSignals(True)
        close_figures(window)


@pytest.fixture
def desk(session: Session, heartbeat: str, qtbot: QtBot) -> Desk:
    return Desk(session, heartbeat, qtbot)


def test_bits_get_canvases_of_bits_and_points_get_their_own_back(
    desk: Desk, files: dict[str, str], qtbot: QtBot
) -> None:
    assert [type(view) for view in desk.watch.views.values()] == [BitsView, BitsView]
    assert [name for name in LAYERS if desk.actions[name].isVisible()] == list(BitsView.layers)
    with qtbot.waitSignal(desk.session.run_ended):
        desk.session.open(files["other"])
    assert [type(view) for view in desk.watch.views.values()] == [PointsView, PointsView]
    assert [name for name in LAYERS if desk.actions[name].isVisible()] == list(PointsView.layers)


def test_both_sides_show_the_bits_of_their_recordings_at_every_step(desk: Desk) -> None:
    for t in (0, 5, LAST):
        desk.player.seek(t)
        for side in (FORWARD, REVERSE):
            frame = desk.session.recording(side).frame(t)
            assert np.array_equal(desk.watch.views[side]._bits, frame.x)
            assert set(np.unique(frame.x)) <= {0.0, 1.0}


def test_the_first_forward_frame_are_heartbeats_and_so_are_most_of_the_last_samples(desk: Desk) -> None:
    known = {tuple(row) for row in Heartbeat().support().tolist()}
    data = desk.session.recording(FORWARD).frame(0).x
    assert all(tuple(row) in known for row in data.tolist())
    samples = desk.session.recording(REVERSE).frame(0).x
    assert np.mean([tuple(row) in known for row in samples.tolist()]) > 0.5


def test_between_two_steps_the_nearest_frame_is_shown_and_nothing_between(desk: Desk) -> None:
    desk.actions["smooth"].setChecked(True)
    desk.player.play()
    desk.watch._show_position(3.4)
    assert set(np.unique(desk.watch.views[FORWARD]._bits)) <= {0.0, 1.0}
    desk.player.pause()


def test_a_clicked_row_shows_its_path_and_a_click_on_nothing_takes_it_away(desk: Desk) -> None:
    view = desk.watch.views[REVERSE]
    view.point_clicked.emit(7)
    assert np.array_equal(view.path, desk.session.recording(REVERSE).path(7))
    assert view._mark.isVisible()
    view.point_clicked.emit(-1)
    assert view.path is None
    assert not view._mark.isVisible()


def test_another_layer_leaves_the_path_of_either_side_in_view(desk: Desk) -> None:
    view = desk.watch.views[FORWARD]
    view.point_clicked.emit(7)
    region = view.region
    assert region == desk.watch.views[REVERSE].region
    desk.actions["rule"].toggle()
    assert desk.watch.views[FORWARD].region == region
    assert view.bit_path.shown
    assert not desk.watch.views[REVERSE].bit_path.shown


def test_the_path_follows_the_step_and_stays_with_its_row_in_another_run(desk: Desk, qtbot: QtBot) -> None:
    view = desk.watch.views[REVERSE]
    view.point_clicked.emit(7)
    assert view.bit_path.times.range == pytest.approx([-0.5, LAST + 0.5], abs=0.5)
    for t in (LAST, 3, 0):
        desk.player.seek(t)
        assert view.bit_path.t == t
        np.testing.assert_array_equal(view.path[t], view._bits[7])  # the same bits
    before = view.path
    with qtbot.waitSignal(desk.session.run_ended):
        desk.session.edit(seed=99)
    assert view.bit_path.shown
    assert not np.array_equal(view.path, before)
    assert np.array_equal(view.path, desk.session.recording(REVERSE).path(7))
    with qtbot.waitSignal(desk.session.run_ended):
        desk.session.edit(count=5)
    assert not view.bit_path.shown  # there is no such row any more


def test_fewer_sequences_than_points_are_run_unless_a_number_was_chosen(
    session: Session, heartbeat: str, files: dict[str, str], qtbot: QtBot
) -> None:
    session._spec = type(session.spec)(seed=1, threads=1)  # the usual number, 10 000
    with qtbot.waitSignal(session.run_ended):
        session.open(heartbeat)
    assert session.spec.count == SEQUENCES.default_count
    with qtbot.waitSignal(session.run_ended):
        session.edit(count=123)
    with qtbot.waitSignal(session.run_ended):
        session.open(files["other"])
    assert session.spec.count == 123


def test_the_panel_speaks_of_sequences(desk: Desk) -> None:
    assert desk.panel._noun.text() == "Sequences"
    assert "Sequences" in desk.panel._count.toolTip()


def test_space_is_left_to_the_window_after_the_canvases_were_replaced(desk: Desk) -> None:
    assert desk.window.focusWidget() in desk.watch.views.values()
    assert desk.actions["path"].isChecked()
    QTest.keyClick(desk.window.focusWidget(), Qt.Key.Key_Space)
    assert desk.actions["path"].isChecked()
