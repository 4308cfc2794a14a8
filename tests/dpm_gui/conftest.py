"""What several tests of the window stand on: small checkpoints, a session, and work that goes on when it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.engine import given_examples, measuring, opening, painting
from dpm_gui.engine import runs as runs_module
from dpm_gui.jobs import jobs
from dpm_gui.session.session import Session
from tests.support.futures_desk import Desk
from tests.support.window_values import FEW, LAST, SPEC, Steered, make_bound, make_checkpoint, make_images, open_and_run


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Checkpoints: "small", "other" (T = 3, with a bound), "wide" (more columns than are shown), and one "broken"."""
    from core.formats import checkpoints as checkpoints_module

    folder = tmp_path_factory.mktemp("checkpoints")
    made = {
        "small": make_checkpoint(),
        "other": make_checkpoint(3, title="Other cloud", bound=make_bound(3)),
        "wide": make_checkpoint(shape=(65,)),
    }
    for name, content in made.items():
        checkpoints_module.save(content, folder / f"{name}.h5")
    (folder / "broken.h5").write_bytes(b"no HDF5 at all")
    return {name: str(folder / f"{name}.h5") for name in (*made, "broken")}


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read without the child process that tries them first, which takes a third of a second."""
    from core.formats import checkpoints as checkpoints_module

    monkeypatch.setattr(checkpoints_module, "load", lambda path, _sandbox=None: checkpoints_module.read(path))


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """An empty window for the widgets of a test."""
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def session(qapp: QApplication) -> Iterator[Session]:
    """A session with nothing open."""
    made = Session(SPEC)
    yield made
    made.shut_down()
    made.deleteLater()


@pytest.fixture
def opened(session: Session, files: dict[str, str], trusted: None, qtbot: QtBot) -> Session:
    """A session in which the small checkpoint is open and has been run."""
    open_and_run(session, files["small"], qtbot)
    return session


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A checkpoint of grey pictures, T = 24."""
    from core.formats import checkpoints as checkpoints_module

    checkpoints_module.save(make_images(LAST), tmp_path / "pictures.h5")
    return str(tmp_path / "pictures.h5")


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains of pictures of more than 10 steps are long, and get a preview in 4."""
    monkeypatch.setattr("core.values.runs.LONG_CHAIN", 10)
    monkeypatch.setattr("core.values.runs.PREVIEW_STEPS", 4)


@pytest.fixture
def steer(session: Session, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Steered]]:
    """Makes one function of the engine stand still until it is let on; at the end of the test all may go.

    Each value is handed on when it comes, so that it is known which ones are there.
    """
    monkeypatch.setattr(jobs, "BATCH_SECONDS", 0.0)
    made: list[Steered] = []

    def begin(name: str) -> Steered:
        rooms = (runs_module, opening, painting, given_examples, measuring)
        room = next(module for module in rooms if hasattr(module, name))
        made.append(Steered(getattr(room, name)))
        monkeypatch.setattr(room, name, made[-1])
        return made[-1]

    yield begin
    for steered in made:
        steered.let_go()


@pytest.fixture
def steered(steer: Callable[[str], Steered]) -> Steered:
    """The runs of the session, which go on when they are told."""
    return steer("run")


@pytest.fixture
def same_looks(qapp: QApplication) -> Iterator[None]:
    """The application's looks are put back after the test."""
    font, palette, sheet = QFont(qapp.font()), QPalette(qapp.palette()), qapp.styleSheet()
    yield
    qapp.setFont(font)
    qapp.setPalette(palette)
    qapp.setStyleSheet(sheet)


@pytest.fixture
def points(session: Session, files: dict[str, str], trusted: None, qtbot: QtBot) -> Desk:
    """200 points have been run in 5 steps."""
    return Desk(session, qtbot).opened(files["small"])


@pytest.fixture
def images(session: Session, path: str, trusted: None, long: None, qtbot: QtBot) -> Session:
    """A session in which four pictures have been run."""
    session._spec = FEW
    open_and_run(session, path, qtbot)
    return session
