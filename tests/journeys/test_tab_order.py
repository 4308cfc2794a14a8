"""Tab goes through the window as one reads it, from Open on, in each workspace."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QDockWidget, QStatusBar, QWidget

from dpm_gui.window.frame.hairlines import FootBar, HairlineToolBar
from dpm_gui.window.main_window import MainWindow
from tests.support.painting import workspace_of
from tests.support.person import Person, press, wait_until

PARTS: dict[type[QWidget], int] = {HairlineToolBar: 0, QDockWidget: 2, FootBar: 3, QStatusBar: 4}
"""The parts of the window from top to bottom; the page of a workspace is number 1."""


def walk(window: MainWindow, key: str = "Tab") -> list[QWidget]:
    """Return what Tab reaches, until it is at Open again."""
    window.open_button.setFocus()
    found: list[QWidget] = []
    while (focused := QApplication.focusWidget()) not in found:
        assert focused is not None
        found.append(focused)
        press(key)
    assert focused is found[0]
    return found


def place(widget: QWidget) -> QRect:
    return QRect(widget.mapToGlobal(QPoint()), widget.size())


def part_of(widget: QWidget) -> int:
    """Return the number of the part of the window: tool bar, page, docks, timeline, status bar."""
    above: QWidget | None = widget
    while above is not None:
        for kind, number in PARTS.items():
            if isinstance(above, kind):
                return number
        above = above.parentWidget()
    return 1


def assert_read(window: MainWindow) -> None:
    stops = walk(window)
    assert stops[0] is window.open_button
    assert len(stops) > 15
    parts = [part_of(each) for each in stops]
    assert parts == sorted(parts)
    for one, following in pairwise(stops):
        if one.parentWidget() is following.parentWidget():
            here, there = place(one), place(following)
            below, right = there.center().y() > here.bottom(), there.left() >= here.left()
            assert below or right, f"{one.accessibleName()} -> {following.accessibleName()}"
            assert there.bottom() >= here.top(), f"{one.accessibleName()} -> {following.accessibleName()}"
    window.open_button.setFocus()
    backwards = walk(window, "Shift+Tab")
    assert backwards == [stops[0], *reversed(stops[1:])]


def test_tab_goes_through_watch_as_one_reads_it(person: Person) -> None:
    person.pause()
    person.window.resize(1280, 800)
    assert_read(person.window)


def test_tab_goes_through_paint_of_images_as_one_reads_it(painter: Person) -> None:
    painter.window.resize(1280, 800)
    assert_read(painter.window)


def test_tab_goes_through_paint_of_points_as_one_reads_it(person: Person) -> None:
    person.pause()
    press("Ctrl+2")
    person.window.resize(1280, 800)
    potential_session = workspace_of(person).potential_session  # while points are sampled, there is a button that stops
    wait_until(lambda: 0 in potential_session.frames and not potential_session.running)
    assert_read(person.window)


def test_what_tab_reaches_has_a_name_for_screen_readers(person: Person) -> None:
    person.pause()
    for workspace in ("Ctrl+1", "Ctrl+2"):
        press(workspace)
        assert [
            each for each in walk(person.window) if not (each.accessibleName() or getattr(each, "text", str)())
        ] == []
