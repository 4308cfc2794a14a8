"""Undoable changes of the spec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Generic, TypedDict, TypeVar

from PySide6.QtGui import QUndoCommand

from core.values.runs import Branch, RunSpec

Value = TypeVar("Value")

MERGED = 1
"""Qt's number of commands that may become one with the command before."""
CHANGE_LABELS = {
    "seed": "change of seed",
    "count": "change of count",
    "denoise_from": "change of start",
    "branches": "many futures",
}


class SpecChanges(TypedDict, total=False):
    """Entries of a `RunSpec` that the user changes."""

    seed: int
    count: int
    denoise_from: int | None
    branches: tuple[Branch, ...]


class ReplaceValueCommand(QUndoCommand, Generic[Value]):
    """Replaces one value by another; undo puts the former back.

    Commands with the same ``key``, one after the other, become one command: so a number that is turned step by step is
    one change. Without a key none does.
    """

    def __init__(
        self, text: str, apply: Callable[[Value], None], before: Value, after: Value, key: tuple[object, ...] = ()
    ) -> None:
        super().__init__(text)
        self._apply = apply
        self._before = before
        self.after = after
        self.key = key

    def id(self) -> int:
        return MERGED if self.key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 - Qt's name
        if not isinstance(other, ReplaceValueCommand) or other.key != self.key:
            return False
        self.after = other.after
        return True

    def redo(self) -> None:
        self._apply(self.after)

    def undo(self) -> None:
        self._apply(self._before)


def spec_change_command(
    apply: Callable[[RunSpec], None], before: RunSpec, after: RunSpec
) -> ReplaceValueCommand[RunSpec]:
    """Return the command that changes the spec from ``before`` to ``after``, labelled by the entry that it changes."""
    changed = (field.name for field in fields(RunSpec) if getattr(before, field.name) != getattr(after, field.name))
    return ReplaceValueCommand(
        next(CHANGE_LABELS[name] for name in changed if name in CHANGE_LABELS), apply, before, after
    )
