"""Made-up values for the tests of the window: a checkpoint, a bound, a run, and work that goes on when it is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from core.values.measurements import Bound, StepEntropies
from core.values.runs import Frame, RunSpec
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.figures.figure import Figure

SPEC = RunSpec(count=200, seed=17, threads=1)
STEPS = 5
FEW = replace(SPEC, count=4)
"""For pictures."""
LAST = 24
"""T of pictures whose chain is long beside its preview."""


def make_bound(steps: int = STEPS, **changes: object) -> Bound:
    """A bound whose numbers are all different."""
    values: dict[str, object] = {
        "steps": steps,
        "kind": "gaussian",
        "unit": "sample",
        "count": 12_345,
        "k": -0.8614,
        "null": -4.0942,
        "standard_error": 0.0157,
        "kl": np.linspace(0.1, 0.4, steps - 1),
        "h_end": 1.0,
        "h_edge": -2.0,
        "h_prior": 4.0,
        "entropy_lower": np.concatenate(([-np.inf], np.linspace(-2.0, 0.25, steps - 1))),
        "entropy_upper": np.arange(float(steps)),
        "truth": -0.7131,
        "truth_standard_error": 0.0098,
    }
    return Bound(**(values | changes))  # type: ignore[arg-type]


def make_checkpoint(steps: int = STEPS, shape: tuple[int, ...] = (2,), **changes: object) -> Checkpoint:
    """An untrained model of made-up data, of ``steps`` steps."""
    import torch

    from core.networks.perceptrons import MultilayerPerceptron
    from core.processes.schedules import log_linear

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = MultilayerPerceptron(int(np.prod(shape)), width=6, layers=2, frequencies=2, fourier_features=1)
        torch.nn.init.normal_(network.read_out.weight, std=0.2)
    examples = np.random.default_rng(0).standard_normal((40, *shape)).astype(np.float32)
    values: dict[str, object] = {
        "title": "Small cloud",
        "created": "2025-01-02T03:04:05+00:00",
        "licence": "MIT",
        "kind": "gaussian",
        "betas": log_linear(steps, first=1e-2, alpha_bar_end=1e-2),
        "network": NetworkInfo(network.kind, network.config, {k: v.numpy() for k, v in network.state_dict().items()}),
        "data": DataInfo("made up", shape, (-5.0, 5.0), np.zeros(shape), np.ones(shape), examples),
    }
    return Checkpoint(**(values | changes))  # type: ignore[arg-type]


def add_frame(recording: SideRecording, frame: Frame) -> None:
    """Take in one frame, as a run does in two threads."""
    recording.parts[0].store(frame)
    recording.parts[0].mark_stored(frame)


def recordings(last: int) -> dict[str, SideRecording]:
    """Both sides of a run of two points; at step t the first is at (t / T, 0), on the reverse side at (-t / T, 0)."""
    made = {side: SideRecording(last) for side in (FORWARD, REVERSE)}
    for side, sign in ((FORWARD, 1.0), (REVERSE, -1.0)):
        for t in range(last + 1):
            add_frame(made[side], Frame(t, np.array([[sign * t / last, 0.0], [1.0, 1.0]], np.float32)))
        made[side].parts[0].along = np.array([0.0, 1.0], np.float32)
    return made


class Steered:
    """Takes the place of a function of `dpm_gui.engine.runs`: the values of each call come when they are let through.

    Attributes:
        at_once: Values that a new call lets through at once.
    """

    def __init__(self, work: Callable[..., Iterator[object]]) -> None:
        self.at_once = 0
        self._work = work
        self._passes: list[threading.Semaphore] = []
        self._closed: list[threading.Event] = []
        self._lock = threading.Lock()

    def __call__(self, *arguments: object) -> Iterator[object]:
        with self._lock:
            passes, closed = threading.Semaphore(self.at_once), threading.Event()
            self._passes.append(passes)
            self._closed.append(closed)
        try:
            for value in self._work(*arguments):
                passes.acquire()
                yield value
        finally:
            closed.set()

    def let(self, count: int, call: int) -> None:
        """Let so many more values through, of the call with that number."""
        self._passes[call].release(count)

    def let_go(self) -> None:
        """Let everything through from now on."""
        with self._lock:
            self.at_once = 10_000
            for passes in self._passes:
                passes.release(10_000)

    def wait_until_closed(self, call: int) -> None:
        """Wait, without a look at the events of the window, until the generator of a call has been closed."""
        assert self._closed[call].wait(10)


def open_and_run(session: Session, path: str, qtbot: QtBot) -> None:
    """Open a checkpoint, and wait until it has been run."""
    with qtbot.waitSignal(session.run_ended):
        session.open(path)
    qtbot.waitUntil(
        lambda: not session._tasks._activities
    )  # a short run may end before opening has said that it is done


def close_figures(window: QWidget) -> None:
    """Close the plots within ``window``: pyqtgraph keeps menus of its own for each until it is told to."""
    for figure in window.findChildren(Figure):
        figure.close()  # takes it out of the window, too
        figure.deleteLater()


def make_images(steps: int = STEPS, shape: tuple[int, ...] = (8, 8), count: int = 6, **changes: Any) -> Checkpoint:
    """The exact model of a few pictures of two grey levels, the noise of one level added; no training."""
    from core.networks.empirical import EmpiricalNetwork
    from core.processes.schedules import log_linear

    rng = np.random.default_rng(3)
    examples = rng.choice([40.0, 200.0], size=(count, *shape)).astype(np.float32)
    info = DataInfo("made up", shape, (0.0, 255.0), np.array(120.0), np.array(80.0), examples, 1.0)
    network = EmpiricalNetwork.of(info.to_model(examples + 0.5))
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    values: dict[str, Any] = {
        "title": "Small pictures",
        "betas": log_linear(steps, first=1e-4, alpha_bar_end=1e-2),
        "network": NetworkInfo(network.kind, network.config, weights),
        "data": info,
    }
    return make_checkpoint(**(values | changes))


def image_info(shape: tuple[int, ...] = (2, 3), **changes: object) -> DataInfo:
    """Grey levels 0 … 255 whose model units are a tenth of one."""
    values: dict[str, object] = {
        "name": "made up",
        "shape": shape,
        "value_range": (0.0, 255.0),
        "shift": np.array(100.0),
        "scale": np.array(10.0),
        "examples": np.zeros((1, *shape), np.float32),
        "grey_level": 1.0,
    }
    return DataInfo(**(values | changes))  # type: ignore[arg-type]


IMAGES = image_info((4, 4))


def image_states(levels: np.ndarray, data: DataInfo) -> np.ndarray:
    """Levels in the middle of their width, as states."""
    return data.to_model(np.asarray(levels, np.float32) + 0.5)


def entropies(steps: int = 40) -> StepEntropies:
    upper = np.linspace(-3.0, 2.0, steps)
    lower = upper - np.linspace(1.0, 0.1, steps)
    lower[0] = -np.inf
    return StepEntropies(upper=upper, lower=lower, t_given_0=np.linspace(-3.0, 2.0, steps))


def listen(session: Session, name: str) -> list[Any]:
    """Everything that one signal of the session tells from now on."""
    received: list[Any] = []
    getattr(session, name).connect(lambda *values: received.append(values[0] if values else None))
    return received


def image_recordings(last: int, top: int | None = None) -> dict[str, SideRecording]:
    """Both sides of a run of two pictures, whose level is the step."""
    made = {FORWARD: SideRecording(last), REVERSE: SideRecording(last, top=top)}
    for recording in made.values():
        for t in range(recording.top + 1):
            add_frame(recording, Frame(t, image_states(np.full((2, 4, 4), t % 256), IMAGES)))
    return made
