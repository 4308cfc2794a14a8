"""What a person does before the window: keys and the mouse go to the window itself, as the system would send them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QWindow,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)

from dpm_gui.dialogs.errors import ErrorDialog
from dpm_gui.engine.values import REVERSE
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.views.plots.entropies import EntropyPlot
from dpm_gui.views.plots.futures_spread import FuturesSpread
from dpm_gui.watch.page import WatchPage
from dpm_gui.window.application import DpmApplication
from dpm_gui.window.main_window import MainWindow
from tests.support.places import to_viewport

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PLAIN = Qt.KeyboardModifier.NoModifier
TYPING: Any = QTest
"""Its types leave out that a window may be given a letter."""
PATIENCE = 30.0
"""Seconds after which what has not happened will not happen, on a busy machine too."""

Hit = tuple[QWindow, Qt.MouseButton, Qt.KeyboardModifier, QPoint]
Kind = TypeVar("Kind", bound=QWidget)


def wait_until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Let the window go on until ``holds()`` is true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:g} s"
        QTest.qWait(5)


def let_pass(seconds: float) -> None:
    """Let the window go on for a while."""
    QTest.qWait(round(1000 * seconds))


def press(*keys: str) -> None:
    """Press keys one after the other, written as in a menu, in the window that has the keyboard."""
    for key in keys:
        QTest.keySequence(the_focus(), QKeySequence(key))


def type_in(text: str) -> None:
    """Type ``text`` letter by letter in the window that has the keyboard."""
    for letter in text:
        TYPING.keyClick(the_focus(), letter)


def click(widget: QWidget, place: QPoint | None = None, button: Qt.MouseButton = LEFT) -> None:
    """Press and let go at ``place`` in ``widget``, its middle by default."""
    QTest.mouseClick(*_hit(widget, place, button))


def drag(widget: QWidget, start: QPoint, stop: QPoint, button: Qt.MouseButton = LEFT, moves: int = 8) -> None:
    """Press at ``start``, move to ``stop`` and let go there."""
    QTest.mousePress(*_hit(widget, start, button))
    for move in range(1, moves + 1):
        place = start + (stop - start) * move / moves
        QTest.mouseMove(widget.window().windowHandle(), widget.mapTo(widget.window(), place))
    QTest.mouseRelease(*_hit(widget, stop, button))


def the_focus() -> QWindow:
    """Return the window that has the keyboard."""
    if QGuiApplication.focusWindow() is None:
        # The offscreen platform gives the keyboard to nobody when a window goes; every desktop gives it to the next.
        (QApplication.activeModalWidget() or the(MainWindow)).activateWindow()
        wait_until(QGuiApplication.focusWindow)
    return QGuiApplication.focusWindow()


def drop(target: QWidget, *urls: QUrl) -> bool:
    """Drag ``urls`` over ``target``; let them go there if that is welcome, and tell whether it is."""
    data = QMimeData()
    data.setUrls(list(urls))
    window = target.window().windowHandle()
    place = target.mapTo(target.window(), target.rect().center())
    enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, LEFT, PLAIN)
    QApplication.sendEvent(window, enter)
    if not enter.isAccepted():
        QApplication.sendEvent(window, QDragLeaveEvent())
        return False
    QApplication.sendEvent(window, QDragMoveEvent(place, Qt.DropAction.CopyAction, data, LEFT, PLAIN))
    QApplication.sendEvent(window, QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, LEFT, PLAIN))
    return True


def shown(kind: type[Kind]) -> list[Kind]:
    """Return the windows of one kind that are on the screen."""
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]


def the(kind: type[Kind]) -> Kind:
    """Return the one window of a kind, once it is there."""
    wait_until(lambda: shown(kind))
    (window,) = shown(kind)
    return window


def child(parent: QWidget, kind: type[Kind], name: str) -> Kind:
    """Return what assistive technology calls ``name``, or what has this text on it."""
    (found,) = [each for each in parent.findChildren(kind) if name in (each.accessibleName(), _text(each))]
    return found


def the_popup() -> QMenu:
    """Return the menu that is open, the innermost."""
    wait_until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def open_menu(mnemonic: str) -> QMenu:
    """Open a menu of the menu bar by its underlined letter."""
    press(f"Alt+{mnemonic}")
    return the_popup()


def choose(menu: QMenu, text: str) -> None:
    """Click the entry of an open ``menu`` that begins with ``text``."""
    (action,) = [action for action in menu.actions() if action.text().startswith(text)]
    click(menu, menu.actionGeometry(action).center())


def choose_from(button: QToolButton, text: str) -> None:
    """Press ``button`` and click the entry of its menu that begins with ``text``."""
    menu, timer = button.menu(), QTimer(button)

    def answer() -> None:
        if menu.isVisible():
            timer.stop()
            choose(menu, text)

    timer.timeout.connect(answer)
    timer.start(5)
    click(button)  # returns when the menu has closed
    timer.stop()


def answer_file_dialog(path: object) -> None:
    """Type ``path`` into the dialog that asks for a file, and press Enter."""
    dialog = the(QFileDialog)
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    name.selectAll()
    type_in(str(path))
    press("Return")


def close_error() -> tuple[str, ...]:
    """Close the one dialog that says what went wrong; return the reasons it gave."""
    dialog = the(ErrorDialog)
    reasons = dialog.reasons
    click(child(dialog, QPushButton, "Close"))
    wait_until(lambda: not shown(ErrorDialog))
    return reasons


class Person:
    """Someone before a window of ``program``."""

    def __init__(self, program: DpmApplication) -> None:
        self.program = program
        self.window, self.player, self.session = program.window, program.player, program.session
        self.watch = program.window.findChild(WatchPage)
        self.entropies, self.futures_plot = self.window.findChild(EntropyPlot), self.window.findChild(FuturesSpread)
        self.timeline = self.watch.timeline

    @property
    def views(self) -> dict[str, PointsView]:
        """The two canvases, of points unless bits are open."""
        return self.watch.views

    @property
    def t(self) -> int:
        """The step that the timeline reads."""
        return int(self.timeline.readout.text().split("of")[0].split("=")[1])

    def recording(self, side: str = REVERSE) -> SideRecording:
        return self.session.recording(side)

    def wait_for_run(self) -> None:
        """Wait until something is open and nothing is being computed."""
        wait_until(lambda: self.session.opened is not None and not self.session.running)

    def pause(self) -> None:
        """Press Space if it plays."""
        if self.player.playing:
            press("Space")

    def stand_on(self, t: int) -> None:
        """Pause, and click the slider at step ``t``."""
        self.pause()
        slider = self.timeline.slider
        click(slider, QPoint(round(slider.axis.x_of(t)), slider.height() // 2))

    def place_on(self, side: str, x: float, y: float) -> QPoint:
        """Return where the place ``x``, ``y`` in the plane is, in the viewport of a canvas."""
        return to_viewport(self.views[side], QPointF(x, y)).toPoint()

    def click_in_plane(self, side: str, x: float, y: float) -> None:
        """Click a canvas at a place in the plane."""
        click(self.views[side].viewport(), self.place_on(side, x, y))

    def right_click(self, figure: QAbstractScrollArea) -> QMenu:
        """Right-click the middle of a canvas or plot and return the menu that opens."""
        click(figure.viewport(), button=RIGHT)
        return the_popup()

    def set_seed(self, seed: int) -> None:
        """Type ``seed`` into its field, and press Enter."""
        field = child(self.window, QSpinBox, "Seed")
        click(field)
        press("Ctrl+A")
        type_in(str(seed))
        press("Return")


Start = Callable[..., Person]
"""Starts the program, on a file if one is given; the fixture ``start``."""


def _hit(widget: QWidget, place: QPoint | None, button: Qt.MouseButton) -> Hit:
    """Return what QTest wants to know of a press: the window, the button, no key, and where in the window."""
    window = widget.window()
    return window.windowHandle(), button, PLAIN, widget.mapTo(window, place or widget.rect().center())


def _text(widget: QWidget) -> str:
    return widget.text().replace("&", "") if isinstance(widget, (QAbstractButton, QLabel)) else ""
