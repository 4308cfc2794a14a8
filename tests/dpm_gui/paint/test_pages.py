"""What the pages of Paint say of a run: how far it is, that it was stopped, that it failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.data.formulas import Heartbeat
from core.errors import BadInputError
from core.formats import checkpoints
from core.networks.empirical import EmpiricalNetwork
from core.processes.schedules import constant_erasure
from core.values.checkpoints import DataInfo, NetworkInfo
from core.values.inpainting import InpaintingFrame
from dpm_gui.app import WORKSPACES
from dpm_gui.desktop.icons import IconSet
from dpm_gui.engine import painting
from dpm_gui.paint.history.keeper import HistoryKeeper
from dpm_gui.paint.inpainting.bit_page import BitPage
from dpm_gui.paint.inpainting.image_page import ImagePage
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.session.session import Session
from dpm_gui.window.actions import Actions
from dpm_gui.window.workspaces import all_commands
from tests.support.painting import save_rings
from tests.support.window_values import Steered, make_checkpoint

STEPS = 12


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    """What the pages are in."""
    made = QWidget()
    qtbot.addWidget(made)
    yield made
    made.close()


@pytest.fixture
def paint(session: Session, trusted: None) -> Iterator[PaintSession]:
    """Paint in view, in which nothing runs by itself."""
    made = PaintSession(session)
    made.set_options(automatic=False)
    made.set_in_view(True)
    yield made
    made.shut_down()
    made.deleteLater()


@pytest.fixture
def bits(window: QWidget, paint: PaintSession, session: Session, tmp_path: Path, qtbot: QtBot) -> BitPage:
    """The page of bits, with the exact heartbeat."""
    source = Heartbeat()
    network = EmpiricalNetwork.of(source.support())
    info = DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    draws = {name: value.numpy() for name, value in network.state_dict().items()}
    betas = constant_erasure(STEPS, first=1e-3)
    parts = NetworkInfo(network.kind, network.config, draws)
    made = make_checkpoint(kind="binomial", betas=betas, network=parts, data=info)
    checkpoints.save(made, tmp_path / "heartbeat.h5")
    page = BitPage(paint, HistoryKeeper(paint, paint), Actions(window, all_commands(WORKSPACES)), window)
    paint.document_loaded.connect(page.show_opened)
    with qtbot.waitSignal(session.opened_changed):
        session.open(str(tmp_path / "heartbeat.h5"))
    paint.set_options(particles=64)
    return page


@pytest.fixture
def images(window: QWidget, paint: PaintSession, session: Session, tmp_path: Path, qtbot: QtBot) -> ImagePage:
    """The page of pictures, with rings."""
    save_rings(tmp_path / "rings.h5", (9, 11), steps=30)
    page = ImagePage(paint, HistoryKeeper(paint, paint), Actions(window, all_commands(WORKSPACES)), IconSet(), window)
    paint.document_loaded.connect(page.show_opened)
    with qtbot.waitSignal(session.opened_changed):
        session.open(str(tmp_path / "rings.h5"))
    return page


def begin(paint: PaintSession, steered: Steered, call: int, values: int, qtbot: QtBot) -> None:
    """Begin a run, and have it stand still after so many values."""
    paint.run()
    qtbot.waitUntil(lambda: len(steered._passes) == call + 1)
    if values:
        with qtbot.waitSignals([paint.result_changed] * values):
            steered.let(values, call=call)


def broken(*_: object) -> Iterator[InpaintingFrame]:
    raise BadInputError("count: the disk is full of cats")
    yield


def test_bits_that_were_stopped_say_where(
    bits: BitPage, paint: PaintSession, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    steered = steer("inpaint")
    begin(paint, steered, 0, 2, qtbot)
    t = paint.result.t
    assert bits._state.text() == f"inpainting, t = {t}"
    paint.stop()
    assert bits._state.text() == f"stopped at t = {t}"
    begin(paint, steered, 1, 0, qtbot)
    assert bits._state.text() == ""
    steered.let_go()
    with qtbot.waitSignal(paint.ended):
        qtbot.waitUntil(lambda: not paint.running)
    assert paint.result.final
    assert bits._state.text() == ""


def test_bits_that_fail_say_so_and_what_is_not_on_show_says_nothing(
    bits: BitPage, paint: PaintSession, steer: Callable[[str], Steered], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    begin(paint, steer("inpaint"), 0, 1, qtbot)
    monkeypatch.setattr(painting, "inpaint", broken)
    with qtbot.waitSignal(paint.ended):
        paint.run()
    assert bits._state.text() == "failed"
    bits._state.clear()
    bits.deactivate()
    with qtbot.waitSignal(paint.ended):
        paint.run()
    assert bits._state.text() == ""


def test_finished_inpaintings_of_bits_stand_in_the_strip_and_come_back(
    bits: BitPage, paint: PaintSession, qtbot: QtBot
) -> None:
    for place in (1, 2):
        bits.canvas.bit_asked.emit(place, 1)
        bits.canvas.edit_ended.emit()
        with qtbot.waitSignal(paint.ended):
            paint.run()
    assert bits.strip.numbers == [2, 1]
    bits.strip.chosen.emit(1)
    assert list(np.flatnonzero(paint.openness()[0] == 0)) == [1]


def test_pictures_that_were_stopped_before_any_came_say_so(
    images: ImagePage, paint: PaintSession, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(paint.ended):
        paint.run()
    assert images.results.state == ""
    begin(paint, steer("inpaint"), 0, 0, qtbot)
    assert images.results.state == "inpainting…"
    paint.stop()
    assert images.results.state == "stopped"


def test_what_another_kind_of_data_said_is_gone_when_pictures_are_opened(
    images: ImagePage, paint: PaintSession, session: Session
) -> None:
    images.deactivate()
    paint.started.emit()
    assert images.results.state == "inpainting…"
    paint.document_loaded.emit(session.opened)
    assert images.results.state == ""


def test_while_the_key_is_held_the_canvas_shows_the_chosen_sample_in_its_own_levels(
    images: ImagePage, paint: PaintSession, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(paint.ended):
        paint.run()
    shown: list[np.ndarray] = []
    show = images.canvas.set_image
    images.canvas.set_image = lambda levels, mask: (shown.append(levels), show(levels, mask))  # type: ignore[method-assign, assignment]
    images.results.samples.choose(2)
    images.compare(True)
    assert np.array_equal(shown[-1], paint.summary.levels[2])
    images.compare(False)
    assert np.array_equal(shown[-1], paint.document.image.values.astype(np.uint8))
