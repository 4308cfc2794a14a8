"""Paint with its opener, before nothing and before rings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.engine import image_files
from dpm_gui.session.session import Session
from tests.support.opening import HEIGHT, WIDTH, Desk, open_here
from tests.support.painting import save_rings
from tests.support.window_values import Steered


@pytest.fixture
def desk(session: Session, qtbot: QtBot) -> Iterator[Desk]:
    """Paint with nothing open."""
    window = QWidget()
    qtbot.addWidget(window)
    made = Desk(session, window)
    yield made
    for part in (made.opener, made.paint, made.potential_session):
        part.shut_down()


@pytest.fixture
def before_rings(desk: Desk, tmp_path: Path, trusted: None, qtbot: QtBot) -> Desk:
    """Paint with grey rings open."""
    save_rings(tmp_path / "rings.h5", (HEIGHT, WIDTH), steps=5)
    open_here(desk, tmp_path / "rings.h5", qtbot)
    return desk


@pytest.fixture
def steer_reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Steered]]:
    """Makes one way to read stand still until it is let on."""
    made: list[Steered] = []

    def begin(name: str) -> Steered:
        made.append(Steered(getattr(image_files, name)))
        monkeypatch.setattr(image_files, name, made[-1])
        return made[-1]

    yield begin
    for steered in made:
        steered.let_go()
