"""No control is dead: whatever is disabled says why, in every state that the window may be in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

import dpm_gui
from core.runtime.assets import asset
from dpm_gui.desktop.reasons import reason_of
from dpm_gui.window.main_window import MainWindow
from tests.support.painting import settle
from tests.support.person import Person, Start, close_error, press, wait_until

BY_ITSELF = Path("desktop/reasons.py")


def without_reason(window: MainWindow) -> Iterator[str]:
    """Yield what is disabled in ``window`` and does not say why in its tool tip."""
    for action in window.findChildren(QAction):
        if isinstance(action.parent(), QMenu) and isinstance(action.parent().parent(), QToolButton):
            continue  # the menu of a button, which is no entry of another menu
        if action.isVisible() and action.text() and not action.isEnabled() and not _says_why(action, action):
            yield f"{action.text()}: {action.toolTip()}"
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and not widget.isEnabled() and not isinstance(widget, QMenu):
            said = widget.defaultAction() if isinstance(widget, QToolButton) else None
            if not _says_why(widget, said or widget):
                yield f"{type(widget).__name__} {widget.accessibleName()}: {widget.toolTip()}"


def _says_why(shown: QAction | QWidget, asked: QAction | QWidget) -> bool:
    reason = reason_of(asked)
    return bool(reason) and reason.lower() in shown.toolTip().lower()


def test_before_a_model_is_open_and_while_it_runs(start: Start, good_file: Path, tmp_path: Path) -> None:
    person = start(tmp_path / "none.h5")
    close_error()
    assert list(without_reason(person.window)) == []
    press("Ctrl+2")
    assert list(without_reason(person.window)) == []
    press("Ctrl+1")
    person.program.open(str(good_file))
    wait_until(lambda: person.session.running)
    assert list(without_reason(person.window)) == []


def test_with_points_and_their_plane(start: Start, good_file: Path) -> None:
    person = start(good_file)
    person.wait_for_run()
    for key in ("K", "Home", "D", "End", "U", "Ctrl+2"):
        press(key)
        assert list(without_reason(person.window)) == [], key


def test_with_bits(start: Start) -> None:
    person = start(asset("checkpoints/heartbeat_fast.h5"), count=100)
    wait_until(lambda: person.session.opened is not None)
    for key in ("K", "Home", "Ctrl+2", "I"):
        press(key)
        assert list(without_reason(person.window)) == [], key


def test_with_images_and_what_is_painted(painter: Person) -> None:
    assert list(without_reason(painter.window)) == []
    press("I")
    settle(painter)
    assert list(without_reason(painter.window)) == []
    press("Ctrl+1", "Home")
    assert list(without_reason(painter.window)) == []


def test_nothing_is_disabled_but_for_a_reason() -> None:
    root = Path(dpm_gui.__file__).parent
    callers = {
        path.relative_to(root)
        for path in root.rglob("*.py")
        if re.search(r"\bset(Enabled|Disabled)\(", path.read_text(encoding="utf-8"))
    }
    assert callers == {BY_ITSELF}
