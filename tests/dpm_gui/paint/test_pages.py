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
from core.values.inpainting import FillFrame
from dpm_gui.desktop.icons import IconSet
from dpm_gui.engine import painting
from dpm_gui.paint.inpainting.bit_page import BitPage
from dpm_gui.paint.inpainting.image_page import PicturePage
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.session.session import Session
from dpm_gui.window.actions import Actions
from tests.support.journey_images import save_rings
from tests.support.made_up import Steered, make_checkpoint

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
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    betas = constant_erasure(STEPS, first=1e-3)
    parts = NetworkInfo(network.kind, network.config, weights)
    made = make_checkpoint(kind="binomial", betas=betas, network=parts, data=info)
    checkpoints.save(made, tmp_path / "heartbeat.h5")
    page = BitPage(paint, Actions(window), window)
    paint.subject_changed.connect(page.show_opened)
    with qtbot.waitSignal(session.opened_changed):
        session.open(str(tmp_path / "heartbeat.h5"))
    paint.set_options(particles=64)
    return page


@pytest.fixture
def pictures(window: QWidget, paint: PaintSession, session: Session, tmp_path: Path, qtbot: QtBot) -> PicturePage:
    """The page of pictures, with rings."""
    save_rings(tmp_path / "rings.h5", (9, 11), steps=30)
    page = PicturePage(paint, Actions(window), IconSet(), window)
    paint.subject_changed.connect(page.show_opened)
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


def broken(*_: object) -> Iterator[FillFrame]:
    raise BadInputError("count: the disk is full of cats")
    yield


def test_bits_that_were_stopped_say_where(
    bits: BitPage, paint: PaintSession, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    steered = steer("fill")
    begin(paint, steered, 0, 2, qtbot)
    t = paint.result.t
    assert bits._state.text() == f"filling in, t = {t}"
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
    begin(paint, steer("fill"), 0, 1, qtbot)
    monkeypatch.setattr(painting, "fill", broken)
    with qtbot.waitSignal(paint.ended):
        paint.run()
    assert bits._state.text() == "failed"
    bits._state.clear()
    bits.put_away()
    with qtbot.waitSignal(paint.ended):
        paint.run()
    assert bits._state.text() == ""


def test_pictures_that_were_stopped_before_any_came_say_so(
    pictures: PicturePage, paint: PaintSession, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(paint.ended):
        paint.run()
    assert pictures.results.state == ""
    begin(paint, steer("fill"), 0, 0, qtbot)
    assert pictures.results.state == "filling in…"
    paint.stop()
    assert pictures.results.state == "stopped"


def test_what_another_kind_of_data_said_is_gone_when_pictures_are_opened(
    pictures: PicturePage, paint: PaintSession, session: Session
) -> None:
    pictures.put_away()
    paint.started.emit()
    assert pictures.results.state == "filling in…"
    paint.subject_changed.emit(session.opened)
    assert pictures.results.state == ""


def test_while_the_key_is_held_the_canvas_shows_the_chosen_sample_in_its_own_levels(
    pictures: PicturePage, paint: PaintSession, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(paint.ended):
        paint.run()
    shown: list[np.ndarray] = []
    show = pictures.canvas.set_picture
    pictures.canvas.set_picture = lambda levels, mask: (shown.append(levels), show(levels, mask))  # type: ignore
    pictures.results.samples.choose(2)
    pictures.compare(True)
    assert np.array_equal(shown[-1], paint.digest.levels[2])
    pictures.compare(False)
    assert np.array_equal(shown[-1], paint.easel.picture.values.astype(np.uint8))
