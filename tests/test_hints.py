"""What messages advise: every command and every option that they name is there."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import core
import dpm_gui
from core import cli
from dpm_gui import __main__ as gui

CORE, GUI = Path(core.__file__).parent, Path(dpm_gui.__file__).parent
COMMAND = re.compile(r"\bdpm ([a-z]+)((?: --[a-z][a-z-]*| [A-Z]+)*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*(?![\w{-])")
OF_ONE_COMMAND = {"recipes": "train", "training": "train", "data/user_data.py": "train"}
"""Rooms and modules that one command alone uses, besides its own module."""


def commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of all commands by their names."""
    (parts,) = [action for action in cli.parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(parts.choices)


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings}


def texts(path: Path) -> Iterator[str]:
    """Yield the strings in a module, without its docstrings; each gap of an f-string becomes {}."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    apart = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            apart |= {id(part) for part in node.values}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.value


def messages(root: Path) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every string with a blank in it."""
    for path in sorted(root.rglob("*.py")):
        if path != CORE / "cli.py":  # its texts are those of the parsers
            yield from ((path.relative_to(root).as_posix(), text) for text in texts(path) if " " in text)


def advising(place: str) -> list[str]:
    """Return the commands that show the messages of the module at ``place`` in core."""
    if place.startswith("commands/"):
        name = Path(place).stem.partition("_")[0]
        return [name] if name in commands() else list(commands())
    return [command for start, command in OF_ONE_COMMAND.items() if place.startswith(start)] or list(commands())


def test_every_command_that_a_message_of_the_engine_names_has_the_options_named_with_it() -> None:
    known, named = commands(), 0
    for place, text in messages(CORE):
        for name, more in COMMAND.findall(text):
            if place == "formats/requests.py":  # the marks of its files
                continue
            named += 1
            assert name in known, (place, text)
            assert set(OPTION.findall(more)) <= options_of(known[name]), (place, text)
    assert named


def test_every_option_that_a_message_of_the_engine_names_is_one_of_its_command() -> None:
    known, named = commands(), 0
    for place, text in messages(CORE):
        rest = COMMAND.sub("", text)
        for option in OPTION.findall(rest):
            named += 1
            assert any(option in options_of(known[name]) for name in advising(place)), (place, text)
    assert named > 10


@pytest.mark.parametrize("name", list(commands()))
def test_the_help_of_a_command_names_commands_and_options_that_are_there(name: str) -> None:
    known = commands()
    for action in known[name]._actions:
        text = action.help or ""
        for other, more in COMMAND.findall(text):
            assert other in known, text
            assert set(OPTION.findall(more)) <= options_of(known[other]), text
        assert set(OPTION.findall(COMMAND.sub("", text))) <= options_of(known[name]), text


def test_options_are_named_by_the_command_line_of_the_window_alone() -> None:
    options, places = options_of(gui.parser()), set()
    for place, text in messages(GUI):
        for option in OPTION.findall(text):
            places.add(place)
            assert option in options, (place, text)
    assert places <= {"__main__.py", "offscreen.py", "desktop/display.py", "window/application.py"}
