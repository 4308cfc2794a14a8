"""The commands: each is named, placed and reached once, and a greyed one says why."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from dpm_gui.app import WORKSPACES
from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import DARK, LIGHT
from dpm_gui.paint.commands import ALWAYS_AVAILABLE
from dpm_gui.paint.workspace import PAINT
from dpm_gui.views.canvases.bits import BitsView
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.watch.commands import LAYERS
from dpm_gui.watch.layer_bar import LayerBar
from dpm_gui.window.actions import Actions
from dpm_gui.window.commands import Command
from dpm_gui.window.playing.commands import NAMES as PLAYING_NAMES
from dpm_gui.window.workspaces import Workspace, all_commands
from tests.support.workspaces import COMMANDS

CANVASES = (PointsView, BitsView)


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def actions(window: QMainWindow) -> Actions:
    return Actions(window, all_commands(WORKSPACES))


def test_no_name_and_no_text_is_given_twice() -> None:
    assert twice([command.name for command in COMMANDS]) == []
    assert twice([command.text for command in COMMANDS]) == []


@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda workspace: workspace.name)
def test_no_key_is_given_twice_in_one_workspace_and_on_one_canvas(workspace: Workspace, canvas: type[Canvas]) -> None:
    others = {command.name for each in WORKSPACES if each is not workspace for command in each.commands}
    others -= {command.name for command in workspace.commands}
    others |= set(LAYERS) - set(canvas.layers)
    assert twice(keys_without(others)) == []


def test_no_key_of_playing_is_one_of_what_the_plane_of_paint_has() -> None:
    others = {command.name for each in WORKSPACES if each is not PAINT for command in each.commands} - PLAYING_NAMES
    others |= {command.name for command in PAINT.commands} - ALWAYS_AVAILABLE
    assert twice(keys_without(others)) == []


def keys_without(others: set[str]) -> list[str]:
    return [key for command in COMMANDS if command.name not in others for key in command.keys]


def twice(given: list[str]) -> list[str]:
    return [what for what, count in Counter(given).items() if count > 1]


def test_every_key_is_one_that_qt_knows(actions: Actions) -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert all(QKeySequence(key).count() == 1 for key in keys)
    portable = QKeySequence.SequenceFormat.PortableText
    assert [QKeySequence(key).toString(portable) for key in keys] == keys
    for command in COMMANDS:
        assert [key.toString(portable) for key in actions[command.name].shortcuts()] == list(command.keys)


def test_every_command_says_what_it_does_and_its_icon_is_shipped(qapp: QApplication) -> None:
    icons = IconSet()
    assert [command.name for command in COMMANDS if not command.tip] == []
    for command in COMMANDS:
        if command.icon:
            assert not icons.icon(command.icon, "#000000").isNull(), command.name


@pytest.mark.parametrize("canvas", CANVASES)
def test_the_keys_from_one_on_switch_the_layers_of_a_canvas(canvas: type[Canvas]) -> None:
    commands = {command.name: command for command in COMMANDS}
    assert [commands[name].keys for name in canvas.layers] == [(str(n + 1),) for n in range(len(canvas.layers))]
    assert all(commands[name].checkable for name in canvas.layers)
    assert set(canvas.layers) <= set(LAYERS)


def test_only_the_layers_of_the_canvas_on_show_are_offered(actions: Actions, window: QMainWindow) -> None:
    LayerBar(actions, window).offer(BitsView.layers)
    assert [name for name in LAYERS if actions[name].isVisible()] == list(BitsView.layers)
    assert [name for name in LAYERS if actions[name].isEnabled()] == list(BitsView.layers)
    assert "has no such layer" in actions["points"].toolTip()


def test_every_action_belongs_to_the_window_and_stands_in_one_menu(actions: Actions, window: QMainWindow) -> None:
    assert list(actions.all()) == window.actions()
    in_menus = [command.name for commands in actions.menus().values() for command in commands]
    assert sorted(in_menus) == sorted(command.name for command in COMMANDS)


def test_what_follows_a_command_stands_right_after_it_in_the_given_order(window: QMainWindow) -> None:
    names = ("open", "quit", "data", "folder")
    commands = [
        Command(name, "File", name.title(), after="open" if number > 1 else "") for number, name in enumerate(names)
    ]
    (menu,) = Actions(window, commands).menus().values()
    assert [command.name for command in menu] == ["open", "data", "folder", "quit"]


def test_a_command_calls_its_slot_once_without_arguments(actions: Actions) -> None:
    called: list[str] = []
    actions.on("fit", lambda: called.append("fit"))
    actions.on("loop", lambda: called.append("loop"))
    actions["fit"].trigger()
    assert called == ["fit"]


def test_a_switch_tells_its_state_whoever_turns_it_and_once(actions: Actions) -> None:
    received: list[bool] = []
    actions.on_switch("loop", received.append)
    actions["loop"].trigger()
    actions["loop"].setChecked(False)
    actions["loop"].setChecked(False)
    assert received == [True, False]


def test_a_greyed_command_says_why_and_an_allowed_one_what_it_does(actions: Actions) -> None:
    tip = actions["measure"].toolTip()
    called: list[str] = []
    actions.on("measure", lambda: called.append("measure"))
    actions.allow("measure", False, "open a checkpoint first")
    assert not actions["measure"].isEnabled()
    assert actions["measure"].toolTip() == f"{tip}: open a checkpoint first"
    actions["measure"].trigger()
    assert called == []
    actions.allow("measure", True)
    assert actions["measure"].isEnabled()
    assert actions["measure"].toolTip() == tip


def test_icons_are_tinted_with_the_ink_of_the_palette(actions: Actions) -> None:
    icons = IconSet()
    images = []
    for palette in (LIGHT, DARK):
        actions.apply_palette(icons, palette)
        images.append({c.name: actions[c.name].icon().pixmap(24, 24).toImage() for c in COMMANDS if c.icon})
    light, dark = images
    assert all(not image.isNull() and image != dark[name] for name, image in light.items())
    assert all(actions[command.name].icon().isNull() for command in COMMANDS if not command.icon)
