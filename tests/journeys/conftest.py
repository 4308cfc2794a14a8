"""A real program for each story, on settings of its own; afterwards its window is closed and gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QApplication

from core.values.runs import RunSpec
from dpm_gui.app import make_program
from dpm_gui.desktop.preferences import Preferences
from tests.support.painting import save_rings
from tests.support.person import Person, Start, press

COUNT = 300
"""Points on each side: few, where numbers do not matter."""


@pytest.fixture
def start(qapp: QApplication, tmp_path: Path) -> Iterator[Start]:
    """Starts the program as the command does, as often as it is asked to, always on the same settings file."""
    style = qapp.font(), qapp.palette(), qapp.styleSheet()
    people: list[Person] = []

    def begin(path: object = None, *, count: int = COUNT, seed: int = 17, theme: str | None = "light") -> Person:
        apply_style(qapp, *style)
        settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
        program = make_program(qapp, Preferences(settings), RunSpec(count=count, seed=seed), theme)
        program.open_after_paint(None if path is None else str(path))
        program.show()
        people.append(Person(program))
        return people[-1]

    yield begin
    for person in people:
        person.window.close()
        person.window.deleteLater()
        person.program.deleteLater()
        vars(person).clear()  # pytest keeps what a test was given; a window must not live on for that
    apply_style(qapp, *style)


def apply_style(application: QApplication, font: QFont, palette: QPalette, sheet: str) -> None:
    """Give the application the look that one has in a process of its own."""
    application.styleHints().setColorScheme(Qt.ColorScheme.Unknown)
    application.setFont(font)
    application.setPalette(palette)
    application.setStyleSheet(sheet)


@pytest.fixture
def person(start: Start) -> Person:
    """Someone before the shipped swiss roll, which has been sampled and plays."""
    person = start()
    person.wait_for_run()
    return person


@pytest.fixture
def rings(tmp_path: Path) -> Path:
    """A checkpoint of pictures of rings."""
    save_rings(tmp_path / "rings.h5")
    return tmp_path / "rings.h5"


@pytest.fixture
def painter(start: Start, rings: Path) -> Person:
    """Someone in Paint before a ring, with nothing masked and nothing being filled in."""
    person = start(rings, count=6)
    person.wait_for_run()
    press("Ctrl+2", "Del")
    return person


@pytest.fixture(scope="session")
def small_image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small sound checkpoint, T = 5, untrained, as the bytes of its file."""
    import torch

    from core.formats import checkpoints
    from core.networks.perceptrons import MultilayerPerceptron
    from core.processes.schedules import log_linear
    from core.recipes import paper
    from core.values.checkpoints import Checkpoint, NetworkInfo

    network = MultilayerPerceptron(2, width=6, layers=2, frequencies=2, fourier_features=1)
    with torch.no_grad():
        for number, weights in enumerate(network.parameters()):
            weights.copy_(torch.linspace(-0.2, 0.2, weights.numel()).reshape(weights.shape) * (1 + number % 3))
    values = {name: value.numpy() for name, value in network.state_dict().items()}
    path = tmp_path_factory.mktemp("small") / "small.h5"
    small = Checkpoint(
        title="Small roll",
        created="2025-01-02T03:04:05+00:00",
        licence="MIT",
        kind="gaussian",
        betas=log_linear(5, first=1e-2, alpha_bar_end=1e-2),
        network=NetworkInfo(network.kind, network.config, values),
        data=paper.swiss_roll().info,
    )
    checkpoints.save(small, path)
    return path.read_bytes()


@pytest.fixture
def good_file(small_image: bytes, tmp_path: Path) -> Path:
    """A checkpoint that is not the shipped one: T = 5, and without a bound."""
    path = tmp_path / "small.h5"
    path.write_bytes(small_image)
    return path
