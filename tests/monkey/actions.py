"""What the driver can do: each kind of action is chosen by a generator, written as plain values, and carried out.

An action names what it acts on by words and shares of a size, so that it can be repeated by another run, in which
widgets may have other places. One that finds nothing to act on does nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import shiboken6
from PySide6.QtCore import QKeyCombination, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QWheelEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QDialog, QFileDialog, QLineEdit, QMenu, QWidget

from dpm_gui.export.film_options import FORMS, PNG, FilmOptions
from dpm_gui.views.figures.figure import Figure
from dpm_gui.window.application import DpmApplication
from dpm_gui.window.commands import SHIPPED_CHECKPOINTS
from tests.support.person import drop

Arguments = dict[str, Any]
# fmt: off
KEYS = (
    "Space", "Left", "Right", "Shift+Left", "Shift+Right", "Home", "End", "Up", "Down", "Tab", "Shift+Tab", "Esc",
    "Return", "Del", "Z", "X", "B", "E", "1", "2", "3", "4", "5", "6", "L", "F", "D", "[", "]", "Ctrl+1", "Ctrl+2",
    "F5", "F1", "Ctrl+R", "Ctrl+M", "Ctrl+E", "Ctrl+O", "Ctrl+Z", "Ctrl+Y", "Ctrl+K", "Ctrl+V", "Ctrl+Shift+P",
    "F10", "Menu", "Backspace",
)
# fmt: on
NUMBERS = ("0", "1", "2", "7", "16", "64", "100", "400", "3000", "20000", "-5", "0.25", "999999999", "abc", "")
NEVER_TRIGGERED = {"quit"}
SWITCHES = ("theme", "projector", "workspace_watch", "workspace_paint")
OPENS_SHIPPED = set(SHIPPED_CHECKPOINTS)
FILMS = ("film.gif", "film.mp4", "figure.png", "frames", "no/folder/film.gif")
TABLES = ("png", "svg", "csv", "copy")
MODIFIERS = {
    "": Qt.KeyboardModifier.NoModifier,
    "shift": Qt.KeyboardModifier.ShiftModifier,
    "ctrl": Qt.KeyboardModifier.ControlModifier,
    "alt": Qt.KeyboardModifier.AltModifier,
}
MODIFIER_KEYS = {
    Qt.KeyboardModifier.ShiftModifier: Qt.Key.Key_Shift,
    Qt.KeyboardModifier.ControlModifier: Qt.Key.Key_Control,
    Qt.KeyboardModifier.AltModifier: Qt.Key.Key_Alt,
}
ROUND = (QPointF(1.0, 0.0), QPointF(1.0, 1.0), QPointF(0.0, 1.0), QPointF(0.0, 0.0))
"""The way of a lasso, in shares of the distance that it spans."""
KEY_SEQUENCE: Any = QKeySequence
"""Its types leave out that it has items."""
BUTTONS = {
    "left": Qt.MouseButton.LeftButton,
    "right": Qt.MouseButton.RightButton,
    "middle": Qt.MouseButton.MiddleButton,
}


@dataclass(frozen=True, slots=True)
class World:
    """What an action acts on.

    Attributes:
        program: The running program.
        files: The files to open.
        out: The folder to save to.
        shipped: Whether shipped checkpoints are opened, too; they are large.
    """

    program: DpmApplication
    files: list[Path]
    out: Path
    shipped: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of action.

    Attributes:
        weight: How often it is chosen.
        choose: Returns its arguments, or None if there is nothing to act on.
        perform: Carries it out.
    """

    weight: float
    choose: Callable[[Random, World], Arguments | None]
    perform: Callable[[World, Arguments], object]


# ------------------------------------------------------------------------------------------------- commands and keys


def _choose_command(rng: Random, world: World) -> Arguments | None:
    actions = [action for action in world.program.window.actions_.all() if action.isEnabled() and action.isVisible()]
    names = [action.objectName() for action in actions if action.objectName() not in NEVER_TRIGGERED]
    if not world.shipped:
        names = [name for name in names if name not in OPENS_SHIPPED]
    return {"name": rng.choice(names)} if names else None


def _choose_switch(rng: Random, _world: World) -> Arguments:
    return {"name": rng.choice(SWITCHES)}


def _trigger(world: World, arguments: Arguments) -> None:
    action = world.program.window.actions_[arguments["name"]]
    if action.isEnabled():
        action.trigger()


def _press(_world: World, arguments: Arguments) -> None:
    window = _focus()
    if window is None or QApplication.activeModalWidget() is not None:
        return
    pressed: QKeyCombination = KEY_SEQUENCE(arguments["keys"])[0]
    for modifier, key in MODIFIER_KEYS.items():  # each goes through the events, which may delete a dialog just closed
        if modifier & pressed.keyboardModifiers():
            QTest.keyPress(window, key)
            if not shiboken6.isValid(window):
                return
    QTest.keyPress(window, pressed.key(), pressed.keyboardModifiers())
    if shiboken6.isValid(window):  # a key may have closed it, and QTest would not notice
        QTest.keyRelease(window, pressed.key(), pressed.keyboardModifiers())


# ------------------------------------------------------------------------------------------------------------- mouse


def _choose_mouse(rng: Random, world: World) -> Arguments | None:
    place = _choose_place(rng, world)
    if place is None:
        return None
    how = rng.choices(("click", "double", "drag", "lasso", "wheel", "hover"), (5, 1, 2, 1, 2, 3))[0]
    return place | {
        "how": how,
        "button": rng.choices(("left", "right", "middle"), (8, 2, 1))[0],
        "modifier": rng.choices(tuple(MODIFIERS), (6, 2, 1, 1))[0],
        "to": [round(rng.random(), 3), round(rng.random(), 3)],
        "notches": rng.choice((-5, -1, 1, 5)),
    }


def _choose_place(rng: Random, world: World) -> Arguments | None:
    top = _top(world)
    widgets = _targets(top)
    if not widgets:
        return None
    widget = rng.choice(widgets)
    same = [each for each in widgets if type(each) is type(widget)]
    return {
        "on": type(widget).__name__,
        "number": same.index(widget),
        "at": [round(rng.random(), 3), round(rng.random(), 3)],
    }


def _point(world: World, arguments: Arguments) -> None:
    top = _top(world)
    same = [each for each in _targets(top) if type(each).__name__ == arguments["on"]]
    if arguments["number"] >= len(same) or top.windowHandle() is None:
        return
    widget, window = same[arguments["number"]], top.windowHandle()
    start, stop = (_inside(top, widget, arguments[name]) for name in ("at", "to"))
    button, modifier = BUTTONS[arguments["button"]], MODIFIERS[arguments["modifier"]]
    match arguments["how"]:
        case "click":
            QTest.mouseClick(window, button, modifier, start)
        case "double":
            QTest.mouseDClick(window, button, modifier, start)
        case "hover":
            QTest.mouseMove(window, start)
        case "wheel":
            _turn(top, start, 120 * arguments["notches"], modifier)
        case "drag":
            _drag(window, button, modifier, [start + (stop - start) * (share / 5) for share in range(6)])
        case "lasso":
            span = stop - start
            corners = [start + QPoint(int(at.x() * span.x()), int(at.y() * span.y())) for at in ROUND]
            _drag(window, button, modifier, [start, *corners])


def _drag(window: QWindow, button: Qt.MouseButton, modifier: Qt.KeyboardModifier, way: list[QPoint]) -> None:
    """Press, move and let go, unless the window goes in the middle, such as a dialog that is answered."""
    QTest.mousePress(window, button, modifier, way[0])
    for place in way[1:]:
        if shiboken6.isValid(window):
            QTest.mouseMove(window, place)
    if shiboken6.isValid(window):
        QTest.mouseRelease(window, button, modifier, way[-1])


def _turn(top: QWidget, place: QPoint, angle: int, modifier: Qt.KeyboardModifier) -> None:
    position = QPointF(place)
    event = QWheelEvent(
        position,
        QPointF(top.mapToGlobal(place)),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(top.windowHandle(), event)


# ----------------------------------------------------------------------------------------------------- numbers, files


def _choose_number(rng: Random, world: World) -> Arguments | None:
    fields = _fields(world)
    return {"number": rng.randrange(len(fields)), "text": rng.choice(NUMBERS)} if fields else None


def _type_number(world: World, arguments: Arguments) -> None:
    fields = _fields(world)
    if arguments["number"] < len(fields):
        field = fields[arguments["number"]]
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, arguments["text"])
        QTest.keyClick(field, Qt.Key.Key_Return)


def _choose_file(rng: Random, world: World) -> Arguments:
    return {"file": rng.choice(world.files).name, "how": rng.choice(("open", "drop", "paste"))}


def _open(world: World, arguments: Arguments) -> None:
    path = next(file for file in world.files if file.name == arguments["file"])
    if arguments["how"] == "open":
        world.program.open(str(path))
    elif arguments["how"] == "drop":
        if world.program.window.windowHandle() is not None:
            drop(world.program.window, QUrl.fromLocalFile(str(path)))
    else:
        QGuiApplication.clipboard().setImage(QImage(str(path)))
        world.program.window.actions_["paste_image"].trigger()


def _choose_film(rng: Random, _world: World) -> Arguments:
    return {"file": rng.choice(FILMS)}


def _film(world: World, arguments: Arguments) -> None:
    world.out.mkdir(exist_ok=True)
    path = str(world.out / arguments["file"])
    if path.endswith(".png"):
        world.program.films.save_figure(path)
    else:
        form = path.rpartition(".")[2]
        options = FilmOptions(0, world.program.player.last, form if form in FORMS else PNG)
        world.program.films.save_film(options, path)


def _choose_figure(rng: Random, world: World) -> Arguments | None:
    figures = _figures(world)
    return {"number": rng.randrange(len(figures)), "form": rng.choice(TABLES)} if figures else None


def _save_figure(world: World, arguments: Arguments) -> None:
    figures, form = _figures(world), arguments["form"]
    if arguments["number"] < len(figures):
        world.out.mkdir(exist_ok=True)
        figure = figures[arguments["number"]]
        if form == "copy":
            world.program.exporter.export(figure, form)
        else:
            world.program.exporter.save(figure, form, str(world.out / f"figure.{form}"))


def _vanish(world: World, _arguments: Arguments) -> None:
    shutil.rmtree(world.out, ignore_errors=True)


# -------------------------------------------------------------------------------------------------- windows, dialogs


def _choose_size(rng: Random, _world: World) -> Arguments:
    return {"width": rng.choice((1, 320, 960, 1024, 1280, 2000)), "height": rng.choice((1, 240, 600, 640, 800, 1300))}


def _resize(world: World, arguments: Arguments) -> None:
    window = world.program.window
    if not window.isFullScreen():
        window.setMinimumSize(1, 1) if arguments["width"] < 320 else None
        window.resize(arguments["width"], arguments["height"])


def _choose_state(rng: Random, _world: World) -> Arguments:
    return {"state": rng.choice(("minimized", "normal", "maximized", "hidden"))}


def _set_state(world: World, arguments: Arguments) -> None:
    window = world.program.window
    if arguments["state"] == "hidden":
        window.hide()
        window.show()
    else:
        {"minimized": window.showMinimized, "normal": window.showNormal, "maximized": window.showMaximized}[
            arguments["state"]
        ]()


def _choose_answer(rng: Random, world: World) -> Arguments | None:
    if not isinstance(_top(world), QDialog):
        return None
    names = [*(file.name for file in world.files), "saved.png", "saved.csv", "saved.npy", "saved.npz", "saved.gif"]
    return {"keys": rng.choice(("Esc", "Esc", "Return", "Tab")), "file": rng.choice(names)}


def _answer(world: World, arguments: Arguments) -> None:
    dialog = _top(world)
    if isinstance(dialog, QFileDialog):
        name = dialog.findChild(QLineEdit, "fileNameEdit")
        folder = world.out if arguments["file"].startswith("saved") else world.files[0].parent
        if arguments["keys"] != "Esc" and name is not None:
            world.out.mkdir(exist_ok=True)
            name.setText(str(folder / arguments["file"]))
            QTest.keyClick(name, Qt.Key.Key_Return)
        else:
            dialog.reject()
    elif isinstance(dialog, QDialog):
        QTest.keySequence(dialog, QKeySequence(arguments["keys"]))
    else:
        return
    if QApplication.activeModalWidget() is dialog and arguments["keys"] != "Tab" and isinstance(dialog, QDialog):
        dialog.reject()  # such as a dialog that asks for another name


def _nothing(_rng: Random, _world: World) -> Arguments:
    return {}


KINDS: dict[str, Kind] = {
    "command": Kind(14, _choose_command, _trigger),
    "switch": Kind(4, _choose_switch, _trigger),
    "key": Kind(10, lambda rng, _: {"keys": rng.choice(KEYS)}, _press),
    "mouse": Kind(24, _choose_mouse, _point),
    "number": Kind(4, _choose_number, _type_number),
    "open": Kind(6, _choose_file, _open),
    "film": Kind(1, _choose_film, _film),
    "figure": Kind(2, _choose_figure, _save_figure),
    "vanish": Kind(0.5, _nothing, _vanish),
    "resize": Kind(1, _choose_size, _resize),
    "state": Kind(0.5, _choose_state, _set_state),
    "answer": Kind(12, _choose_answer, _answer),
    "restart": Kind(0.4, _nothing, lambda *_: None),
}
"""All kinds of actions; "restart" is carried out by the driver."""


def choose(rng: Random, world: World) -> tuple[str, Arguments]:
    """Return the next action: its kind and its arguments."""
    weights = [kind.weight for kind in KINDS.values()]
    while True:
        (name,) = rng.choices(list(KINDS), weights)
        arguments = KINDS[name].choose(rng, world)
        if arguments is not None:
            return name, arguments


# ------------------------------------------------------------------------------------------------------ what is there


def _top(world: World) -> QWidget:
    """Return the widget that takes the input: the open menu, the dialog, or the window."""
    popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
    return popup or modal or world.program.window


def _focus() -> QWindow | None:
    """Return the window that has the keyboard; offscreen, one that was closed keeps it until it is deleted."""
    window = QGuiApplication.focusWindow()
    return window if window is not None and window.isVisible() else None


def _targets(top: QWidget) -> list[QWidget]:
    """Return the widgets within ``top`` that a pointer can reach; of a dialog for files none, which deletes files."""
    if isinstance(top, QFileDialog):
        return []
    if isinstance(top, QMenu):
        return [top]
    inside = [each for each in top.findChildren(QWidget) if each.isVisible() and each.window() is top]
    return [each for each in inside if each.width() > 1 and each.height() > 1]


def _inside(top: QWidget, widget: QWidget, share: list[float]) -> QPoint:
    """Return the place in ``top`` that is at a ``share`` of the size of ``widget``."""
    place = widget.mapTo(top, QPoint(int(share[0] * (widget.width() - 1)), int(share[1] * (widget.height() - 1))))
    return QPoint(min(max(place.x(), 0), top.width() - 1), min(max(place.y(), 0), top.height() - 1))


def _fields(world: World) -> list[QAbstractSpinBox]:
    if QApplication.activeModalWidget() is not None:
        return []
    fields = world.program.window.findChildren(QAbstractSpinBox)
    return [field for field in fields if field.isVisible() and field.isEnabled()]


def _figures(world: World) -> list[Figure]:
    return [figure for figure in world.program.window.findChildren(Figure) if figure.isVisible()]
