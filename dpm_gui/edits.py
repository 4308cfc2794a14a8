"""Changes of what to run, as steps that can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields

from PySide6.QtGui import QUndoCommand

from core.values import RunSpec

NAMES = {
    "seed": "change of seed",
    "count": "change of count",
    "denoise_from": "change of start",
    "branches": "many futures",
}


class Edit(QUndoCommand):
    """One change of the spec; undone by putting the spec before it back."""

    def __init__(self, apply: Callable[[RunSpec], None], before: RunSpec, after: RunSpec) -> None:
        changed = (field.name for field in fields(RunSpec) if getattr(before, field.name) != getattr(after, field.name))
        super().__init__(next((NAMES[name] for name in changed if name in NAMES), "change"))
        self._apply = apply
        self._before = before
        self._after = after

    def redo(self) -> None:
        self._apply(self._after)

    def undo(self) -> None:
        self._apply(self._before)
