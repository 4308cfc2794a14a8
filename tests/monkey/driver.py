"""Drives the window: one action after the other, each written down before it is carried out."""

from __future__ import annotations

import faulthandler
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import IO, Any

from PySide6.QtCore import QObject, QSettings, Qt, QThread, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QDrag, QFont
from PySide6.QtWidgets import QApplication

from core.values.runs import RunSpec
from dpm_gui.app import SECONDS_TO_END, make_program
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.window.application import DpmApplication
from tests.monkey import actions
from tests.monkey.actions import World
from tests.monkey.guards import Complaints, Finding, MemoryWatch, StallWatch

WAITS = ((0, 8), (5, 6), (30, 5), (120, 3), (600, 1))
"""Milliseconds between two actions, and how often each is chosen: mostly quick, now and then patient."""
CLOSING_SECONDS = 1.0
PATIENCE_SECONDS = 0.3
"""An action that lasts longer waits for an answer."""
STUCK_SECONDS = 40.0
"""After so long without an action the process writes where every thread is, and ends."""
FIRST_COUNT = 300
NAMED = {
    "<module>": "modules are imported when they are first needed",
    "DpmApplication.__init__": "the window is built once",
    "WorkspaceStack._make": "the page of a workspace is built when it is first shown",
    "ImagesView._draw": "hundreds of colour images at once, each pixel of which is turned into a colour",
    "CanvasPair.take": "canvases are built for another kind of data",
    "MainWindow.closeEvent": "threads that read are waited for, as in the next",
    "DpmApplication.close": "threads are waited for; the time that closing takes has a limit of its own",
    "_save_waiting_figure": "a figure of the paper is built and drawn at once, in pixels of print",
    "PaperFigure": "a figure of the paper is drawn at once, in pixels of print",
    "figure_image": "an image of a figure is drawn at once, in pixels of print",
    "Tour.paintEvent": "the tour lies over the whole window, and what is new beneath it is painted with it",
    "save_drawing": "a drawing of a figure is made at once",
}
"""Functions that may hold the window's thread for longer than a tenth of a second, each with the reason."""


@dataclass(frozen=True, slots=True)
class Step:
    """One action as it is written down.

    Attributes:
        wait: Milliseconds before it.
        kind: A name in `actions.KINDS`.
        arguments: What it acts on.
    """

    wait: int
    kind: str
    arguments: dict[str, Any]

    def line(self) -> str:
        return f"{self.wait:4d} {self.kind} {json.dumps(self.arguments)}"

    @classmethod
    def read(cls, line: str) -> Step:
        wait, kind, arguments = line.split(maxsplit=2)
        return cls(int(wait), kind, json.loads(arguments))


@dataclass(slots=True)
class Report:
    """What came of a run.

    Attributes:
        done: Number of actions.
        findings: What must not happen and did.
        first_memory, last_memory, most_memory: Resident bytes after the first minute or half the run, at the end, and
            the most noticed.
        closings: Seconds that each closing of the window took.
        stalls: Milliseconds of the longest stall of the window's thread in each function.
        written: When the report was written, seconds since the epoch.
    """

    done: int = 0
    findings: list[Finding] = field(default_factory=list)
    first_memory: int = 0
    last_memory: int = 0
    most_memory: int = 0
    closings: list[float] = field(default_factory=list)
    stalls: dict[str, int] = field(default_factory=dict)
    written: float = 0.0

    def text(self) -> str:
        self.written = time.time()
        return json.dumps(asdict(self), indent=1)


def steps_of(path: Path) -> list[Step]:
    """Return the steps written to a file; lines that begin with # are remarks."""
    return [Step.read(line) for line in path.read_text().splitlines() if line and not line.startswith("#")]


class Driver(QObject):
    """Does what a person might, until its time is up or its steps are done; each program runs in a new window.

    The next action is due even while one is under way: an open menu waits for events in the middle of a click.
    """

    def __init__(
        self,
        application: QApplication,
        rng: Random,
        seconds: float,
        files: list[Path],
        folder: Path,
        log: IO[str],
        *,
        replayed: Sequence[Step] | None = None,
        shipped: bool = False,
    ) -> None:
        """Prepare a run.

        Args:
            application: Qt's.
            rng: Chooses the actions and the waits.
            seconds: How long to go on.
            files: What is opened.
            folder: Where settings are kept and files are saved.
            log: Where each step is written.
            replayed: Steps to repeat instead of choosing any.
            shipped: Whether shipped checkpoints are opened, too.
        """
        super().__init__()
        self.report = Report()
        self._application, self._rng, self._seconds = application, rng, seconds
        self._files, self._folder, self._log = files, folder, log
        self._replayed: Iterator[Step] | None = None if replayed is None else iter(replayed)
        self._shipped = shipped
        self._looks = QFont(application.font()), application.palette(), application.styleSheet()
        self._complaints = Complaints(self.note)
        self._stalls = StallWatch(self.note, lambda place: any(name in place for name in NAMED))
        self._memory = MemoryWatch()
        self._begun = time.monotonic()
        self._ended = False
        self._depth = 0
        self._acting_since = 0.0
        for scheme in ("http", "https", "file", "mailto"):
            QDesktopServices.setUrlHandler(scheme, self, "ignore_url")  # type: ignore[arg-type] # which is not so
        self.program = self._start()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look_around)
        self._timer.start(500)

    def begin(self) -> None:
        """Begin; the application's event loop ends when the run has."""
        self._arm()

    def note(self, kind: str, text: str) -> None:
        """Note something that must not happen."""
        self.report.findings.append(Finding(kind, text, self.report.done))
        self._write(f"# {kind}: {text.strip().splitlines()[-1]}")

    @Slot(QUrl)
    def ignore_url(self, _url: QUrl) -> None:
        """Open no link."""

    def _start(self) -> DpmApplication:
        self._application.styleHints().setColorScheme(Qt.ColorScheme.Unknown)
        font, palette, sheet = self._looks
        self._application.setFont(font)
        self._application.setPalette(palette)
        self._application.setStyleSheet(sheet)
        settings = QSettings(str(self._folder / "settings.ini"), QSettings.Format.IniFormat)
        program = make_program(self._application, Preferences(settings), RunSpec(count=FIRST_COUNT, seed=17), "light")
        program.open_after_paint(str(self._files[0]))
        program.show()
        return program

    def _close(self) -> None:
        """Close the window, and measure how long that takes until the program would have ended."""
        program, self.program = self.program, None
        begin, written = time.monotonic(), []
        program.written.connect(lambda: written.append(time.monotonic()))
        program.window.close()
        ended = time.monotonic()
        took = min(ended, written[0] + SECONDS_TO_END) - begin if written else ended - begin
        self.report.closings.append(round(took, 3))
        if took > CLOSING_SECONDS:
            self.note("closing", f"closing took {took:.2f} s")
        for thread in (*program.findChildren(QThread), *program.window.findChildren(QThread)):
            if thread.isRunning():
                self.note("closing", f"a thread runs on after the window was closed: {thread}")
        program.window.deleteLater()
        program.deleteLater()
        self._stalls.beat()

    def _arm(self, wait: int | None = None) -> None:
        faulthandler.dump_traceback_later(STUCK_SECONDS, exit=True)
        if self._replayed is None:
            waits, weights = zip(*WAITS, strict=True)
            wait = self._rng.choices(waits, weights)[0] if wait is None else wait
            QTimer.singleShot(wait, self, lambda: self._act(None, wait))
            return
        step = next(self._replayed, None)
        QTimer.singleShot(0 if step is None else step.wait, self, lambda: self._act(step, 0))

    def _act(self, step: Step | None, wait: int) -> None:
        if self._ended:
            return
        self._stalls.beat()
        self._depth += 1
        try:
            self._act_within(step, wait)
        finally:
            self._depth -= 1
            self._stalls.beat()

    def _act_within(self, step: Step | None, wait: int) -> None:
        over = step is None if self._replayed is not None else time.monotonic() - self._begun > self._seconds
        closed = not self.program.window.isVisible()  # somebody chose Quit
        if self._depth > 1 and self._waits(closing=over or closed):
            QTimer.singleShot(5, self, lambda: self._act(step, wait))
            return
        if over:
            self._end()
            return
        if closed:
            self._restart()
        world = World(self.program, self._files, self._folder / "saved", self._shipped)
        if step is None:
            kind, arguments = actions.choose(self._rng, world)
            step = Step(wait, kind, arguments)
        self.report.done += 1
        self._acting_since = time.monotonic()
        self._write(step.line())
        self._arm()
        if step.kind == "restart":
            if self._depth == 1:
                self._restart()
        elif step.kind in actions.KINDS:
            actions.KINDS[step.kind].perform(world, step.arguments)

    def _waits(self, *, closing: bool) -> bool:
        """Return whether an action in the middle of another has to wait.

        QTest handles events between a press and a release, and knows no window that is deleted meanwhile. But an open
        menu or a question has an event loop of its own, which ends only when it is answered.
        """
        asks = time.monotonic() - self._acting_since > PATIENCE_SECONDS
        for each in (QApplication.activePopupWidget(), QApplication.activeModalWidget()):
            if closing and asks and each is not None:
                each.close()
        return closing or not asks

    def _restart(self) -> None:
        self._close()
        self.program = self._start()

    def _end(self) -> None:
        self._ended = True
        self._timer.stop()
        self._look_around()
        self._close()
        self._stalls.end()
        self.report.last_memory = self._memory.look()
        self.report.most_memory = self._memory.most
        self.report.stalls = dict(self._stalls.longest.most_common())
        self._application.exit()

    def _look_around(self) -> None:
        if QApplication.platformName() == "xcb" and time.monotonic() - self._acting_since > PATIENCE_SECONDS:
            QDrag.cancel()  # text that is dragged waits for a real pointer to let it go; offscreen knows no such drag
        now = self._memory.look()
        if time.monotonic() - self._begun < min(60.0, self._seconds / 2):
            self.report.first_memory = now

    def _write(self, line: str) -> None:
        with suppress(ValueError):  # the file is closed at the end
            self._log.write(line + "\n")
            self._log.flush()
