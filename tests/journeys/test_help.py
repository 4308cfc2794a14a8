"""Finding one's way: the list of shortcuts, the command palette, about, and what greyed commands say."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

import core
from core.runtime.assets import is_shipped
from dpm_gui.app import WORKSPACES
from dpm_gui.dialogs.about import AboutDialog
from dpm_gui.dialogs.command_palette import CommandPalette
from dpm_gui.dialogs.shortcuts import ShortcutsDialog
from dpm_gui.views.canvases.bits import BitsView
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.images import ImagesView
from dpm_gui.views.canvases.points import PointsView
from dpm_gui.views.widgets.popover import Popover
from dpm_gui.watch.commands import LAYERS
from dpm_gui.window.commands import SHIPPED_CHECKPOINTS
from dpm_gui.window.workspaces import Workspace, all_gestures
from tests.support.person import Person, child, choose, click, open_menu, press, shown, the, type_in, wait_until
from tests.support.workspaces import COMMANDS


def find(words: str) -> CommandPalette:
    """Open the palette and type ``words``."""
    press("Ctrl+Shift+P")
    palette = the(CommandPalette)
    type_in(words)
    return palette


def test_f1_lists_every_command_with_its_keys(person: Person) -> None:
    press("F1")
    dialog = the(ShortcutsDialog)
    rows = {(group, text): keys for group, text, keys in dialog.rows()}
    there = [command for command in COMMANDS if person.window.actions_[command.name].isVisible()]
    hidden = {command.name for command in COMMANDS} - {command.name for command in there}
    missing = {name for name, place in SHIPPED_CHECKPOINTS.items() if not is_shipped(place)}
    assert hidden == missing | {*BitsView.layers, *ImagesView.layers} - set(PointsView.layers)
    for command in there:
        keys = [QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in command.keys]
        assert rows.pop((command.menu, command.text)) == " or ".join(keys)
    assert set(rows) == {(gesture.group, gesture.text) for gesture in all_gestures(WORKSPACES)}
    type_in("ctrl+e")
    assert [text for _, text, _ in dialog.rows()] == ["Export film…"]
    press("Esc", "Esc")
    wait_until(lambda: not shown(ShortcutsDialog))
    assert person.player.playing


def test_every_command_stands_in_its_menu(person: Person) -> None:
    for title, key in (("File", "F"), ("Edit", "E"), ("View", "V"), ("Run", "R"), ("Window", "W"), ("Help", "H")):
        opened = open_menu(key)
        texts = {action.text() for action in opened.actions()}
        assert {command.text for command in COMMANDS if command.menu == title} <= texts
        press("Esc")
        assert not opened.isVisible()


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda workspace: workspace.name)
@pytest.mark.parametrize("canvas", [PointsView, BitsView])
def test_no_two_commands_that_can_be_used_at_once_have_one_key(canvas: type[Canvas], workspace: Workspace) -> None:
    others = set(LAYERS) - set(canvas.layers)
    others |= {command.name for other in WORKSPACES if other is not workspace for command in other.commands}
    keys = [key for command in COMMANDS if command.name not in others for key in command.keys]
    assert len(keys) == len(set(keys))


def test_the_palette_runs_the_command_that_is_typed(person: Person) -> None:
    person.pause()
    palette = find("to the noi")
    assert palette.rows()[0].text == "To the noise"
    press("Return")
    wait_until(lambda: not shown(CommandPalette))
    assert person.t == 40
    find("density")
    press("Return")
    assert person.window.actions_["density"].isChecked()
    find("keyboard")
    press("Return")
    the(ShortcutsDialog)
    press("Esc")
    wait_until(lambda: not shown(ShortcutsDialog))


def test_the_palette_says_why_a_command_is_greyed_and_does_not_run_it(person: Person) -> None:
    palette = find("undo")
    row = palette.rows()[0]
    assert row.text == "Undo"
    assert "nothing to undo" in row.reason
    press("Return")
    assert shown(CommandPalette) == [palette]
    press("Esc")
    wait_until(lambda: not shown(CommandPalette))
    assert person.player.playing


def test_about_tells_the_versions_and_copies_them(person: Person) -> None:
    choose(open_menu("H"), "About")
    dialog = the(AboutDialog)
    text = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert f"dpm-gui {core.__version__}" in text
    assert "MIT" in text
    click(child(dialog, QPushButton, "Copy versions"))
    assert QGuiApplication.clipboard().text().startswith(f"dpm-gui {core.__version__}\nPython ")
    press("Esc")
    wait_until(lambda: not shown(AboutDialog))
    assert person.player.playing


def test_a_question_mark_explains_each_figure(person: Person) -> None:
    for figure in (*person.views.values(), person.entropies):
        click(child(figure, QToolButton, f"What {figure.accessibleName()} shows"))
        popover = figure.header.findChild(Popover)
        assert popover.isVisible()
        assert "Sohl-Dickstein et al. 2015" in popover.text
        press("Esc")
        assert not popover.isVisible()
