"""Fixtures for all tests. What needs Qt imports it inside, so that the tests of the engine stay free of it."""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
import weakref
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import alone

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings, QThread

# Set before Qt starts: a plain `pytest` needs no display either.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
WORKER = "PYTEST_XDIST_WORKER" in os.environ
if WORKER:  # before torch is imported, here and in the programs that tests start: workers share the processors
    os.environ.setdefault("OMP_NUM_THREADS", "1")


TESTS = Path(__file__).parent
WITH_A_WINDOW = {"dpm_gui", "journeys", "monkey"}
GRACE_SECONDS = 2.0
MANY_MODULES = 50


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test marked ``alone`` while no other worker runs any; waiting is not counted as its time."""
    if not WORKER:
        return (yield)
    shared = item.config._tmp_path_factory.getbasetemp().parent  # type: ignore[attr-defined]
    with alone.turn(shared, alone=item.get_closest_marker("alone") is not None):
        return (yield)


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """Settings of this test alone, empty, in a file of its own."""
    from PySide6.QtCore import QSettings

    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


class LoadedModules:
    """What modules hold is never garbage; with torch, to look through it takes a tenth of a second a test."""

    def __init__(self) -> None:
        self._left_out = 0

    def leave_out(self) -> None:
        """Leave out what is there by now, if many modules have been loaded since the last time."""
        if len(sys.modules) >= self._left_out + MANY_MODULES:
            self._left_out = len(sys.modules)
            gc.unfreeze()
            gc.collect()
            gc.freeze()


@pytest.fixture(scope="session")
def loaded_modules() -> LoadedModules:
    return LoadedModules()


@pytest.fixture(autouse=True)
def clean_desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """In dpm_gui/ and journeys/: the user's settings are out of reach; no window and no thread outlives a test.

    So is the user's cache. That of a test is its own, and a program that it starts again finds what it has run.

    No garbage is collected on the way, but all of it at the end, here and in this thread: what Qt's objects are
    collected in may be the middle of a call to Qt, also of what pytest-qt does between tests, which then waits for its
    own lock for ever, or another thread. `dpm_gui.desktop.garbage` is for the program what this is for its tests.
    """
    if request.path.relative_to(TESTS).parts[0] not in WITH_A_WINDOW:
        gc.enable()
        yield
        return
    gc.disable()
    from PySide6.QtCore import QSettings

    request.getfixturevalue("qapp")
    folder = str(tmp_path_factory.mktemp("settings"))
    for format_ in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(format_, QSettings.Scope.UserScope, folder)
    monkeypatch.setenv("XDG_CACHE_HOME", f"{folder}/cache")
    request.getfixturevalue("loaded_modules").leave_out()
    windows_before, threads_before, jobs = set(_windows()), set(threading.enumerate()), _note_jobs(monkeypatch)
    yield
    gc.collect()
    left = _left_over(windows_before, threads_before, jobs)
    assert not left, f"left over after the test: {', '.join(left)}"


def _left_over(
    windows_before: set[object], threads_before: set[threading.Thread], jobs: weakref.WeakSet[QThread]
) -> list[str]:
    """Name what was not there before, after a moment in which it may end of its own accord."""
    from PySide6.QtCore import QCoreApplication, QEvent

    deadline = time.monotonic() + GRACE_SECONDS
    while True:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
        windows = [window for window in _windows() if window not in windows_before]
        threads = [thread for thread in threading.enumerate() if thread not in threads_before and not thread.daemon]
        left = [*map(_name, windows), *map(str, threads), *_running(jobs)]
        if not left or time.monotonic() > deadline:
            return left
        windows.clear()  # our own references must not keep a window alive
        gc.collect()  # pyqtgraph's menus hang in reference cycles
        time.sleep(0.01)


def _windows() -> list[object]:
    """Return the top-level windows, but for Qt's one tool tip, which it keeps for itself."""
    from PySide6.QtWidgets import QApplication

    return [w for w in QApplication.topLevelWidgets() if w.metaObject().className() != "QTipLabel"]


def _note_jobs(monkeypatch: pytest.MonkeyPatch) -> weakref.WeakSet[QThread]:
    """Return a set into which every job that is started from now on is put: the only threads of Qt that there are."""
    from PySide6.QtCore import QThread

    from dpm_gui.jobs.jobs import Job

    started: weakref.WeakSet[QThread] = weakref.WeakSet()

    def start(job: Job) -> None:
        started.add(job)
        QThread.start(job)

    monkeypatch.setattr(Job, "start", start, raising=False)
    return started


def _running(jobs: weakref.WeakSet[QThread]) -> list[str]:
    import shiboken6

    return [_name(job) for job in jobs if shiboken6.isValid(job) and job.isRunning()]


def _name(thing: object) -> str:
    title = getattr(thing, "windowTitle", lambda: "")() or getattr(thing, "objectName", lambda: "")()
    return f"{type(thing).__name__} {title!r}"
