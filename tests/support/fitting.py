"""Opens the program on a small screen and says what does not fit: ``python -m tests.support.fitting FILE WxH…``.

The text is as large as QT_FONT_DPI says. Prints a line for each thing that is out of reach, or else "fits".
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSettings, QSize
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QLabel,
    QScrollBar,
    QToolBar,
    QWidget,
)

from core.values.runs import RunSpec
from dpm_gui.app import WORKSPACES, make_program
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.views.widgets.labels import RoomyLabel
from dpm_gui.views.widgets.scrolling import ScrollPane
from dpm_gui.window.main_window import MainWindow

CONTROLS = (QAbstractButton, QComboBox, QAbstractSpinBox, QAbstractSlider)


def main(path: str, sizes: list[str]) -> None:
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        program = make_program(application, Preferences(settings), RunSpec(count=100), "light")
        program.show()
        window = program.window
        program.session.open(path)
        while program.session.opened is None:
            QTest.qWait(20)
        program.session.stop()
        faults: list[str] = []
        for size in sizes:
            width, height = map(int, size.split("x"))
            window.resize(width, height)
            for workspace in WORKSPACES:
                program.show_workspace(workspace.name)
                QTest.qWait(50)
                faults += [f"{size} {workspace.name}: {fault}" for fault in _faults(window, QSize(width, height))]
        program.session.stop()
        window.close()
    print("\n".join(dict.fromkeys(faults)) or "fits")


def _faults(window: MainWindow, room: QSize) -> Iterator[str]:
    if window.size() != room:
        yield f"the window is {window.width()}x{window.height()}"
    for dock in window.findChildren(QDockWidget):
        if dock.isVisible() and dock.widget().width() < dock.widget().minimumSizeHint().width():
            yield f"the dock {dock.windowTitle()} is {dock.width()} pixels wide"
    for control in window.findChildren(QWidget):
        if not control.isVisible() or isinstance(control, QScrollBar):
            continue
        if isinstance(control, CONTROLS) and not isinstance(control.parentWidget(), (QDockWidget, QComboBox)):
            if not _reachable(control):
                yield f"out of reach: {type(control).__name__} {control.accessibleName() or control.toolTip()}"
        elif isinstance(control, RoomyLabel) and _cut(control):
            yield f"cut off: {control.text()}"


def _reachable(control: QWidget) -> bool:
    """Return whether the whole control is visible, or will be when its pane is scrolled or its tool bar is opened."""
    ancestor = control.parentWidget()
    while ancestor is not None:
        if isinstance(ancestor, ScrollPane):
            ancestor.ensureWidgetVisible(control, 0, 0)
        if isinstance(ancestor, QDockWidget):
            ancestor.raise_()  # as a click on its tab does
            QTest.qWait(20)
        if isinstance(ancestor, QToolBar):
            return True  # what has no room is in the menu at its end
        ancestor = ancestor.parentWidget()
    top = QRect(control.mapTo(control.window(), QPoint(0, 0)), control.size())
    seen = control.visibleRegion().boundingRect().size()
    return control.window().rect().contains(top) and seen == control.size()


def _cut(label: QLabel) -> bool:
    plain = label.text().replace("<b>", "").replace("</b>", "")
    return label.fontMetrics().horizontalAdvance(plain) > label.width()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
