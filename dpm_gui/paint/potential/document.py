"""The parts of the potential over the plane as they are edited: undoably, with one selected, and one being drawn."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from dpm_gui.paint.potential.parts import PLACED, Part, PlacedPart, Stroke
from dpm_gui.paint.potential.plane_potential import PlanePotential
from dpm_gui.session.undo import ReplaceValueCommand

NAMES = {"stroke": "stroke", "half_plane": "half plane", "disc": "disc", "observation": "observation"}
"""What the undo stack calls each kind of part."""


class PotentialDocument(QObject):
    """Holds the potential; every change of it is a command on the undo stack."""

    changed = Signal()
    """The potential, or the part that is drawn at the moment, has changed."""
    committed = Signal()
    """The potential has changed, by an edit that is done, undone or redone."""
    selection_changed = Signal()
    """Another part is selected, or the selected one has changed."""

    def __init__(self, stack: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stack = stack
        self._potential = PlanePotential()
        self._draft: Part | None = None
        self._selected = -1
        self._latest: dict[str, PlacedPart] = {made.kind: made() for made in PLACED}

    @property
    def potential(self) -> PlanePotential:
        """The potential, without the part that is drawn at the moment."""
        return self._potential

    @property
    def drawn(self) -> PlanePotential:
        """The potential with the part that is drawn at the moment."""
        return self._potential if self._draft is None else self._potential.with_part(self._draft)

    @property
    def selected(self) -> int:
        """The place of the selected part in the list; -1 if none is."""
        return self._selected

    @property
    def selected_part(self) -> Part | None:
        """The selected part."""
        return self._potential.parts[self._selected] if self._selected >= 0 else None

    @property
    def in_draft(self) -> bool:
        """Whether a part is drawn at the moment."""
        return self._draft is not None

    def latest(self, kind: str) -> PlacedPart:
        """Return the part of ``kind`` that was placed or changed last, whose numbers the next one takes."""
        return self._latest[kind]

    def draft(self, part: Part | None) -> None:
        """Show a part while the pointer is down, or none; nothing runs until `settle` follows."""
        self._draft = part
        self.changed.emit()

    def settle(self) -> None:
        """Add the part that is drawn at the moment, undoably."""
        part, self._draft = self._draft, None
        if part is not None:
            self.add(part)

    def add(self, part: Part) -> None:
        """Add a part, undoably, and select it."""
        self._note_latest(part)
        self.edit(self._potential.with_part(part), f"add {NAMES[part.kind]}")
        self.select(len(self._potential.parts) - 1)

    def remove(self, place: int) -> None:
        """Remove a part, undoably; if it was selected, the next one is."""
        if 0 <= place < len(self._potential.parts):
            part = self._potential.parts[place]
            selected = self._selected - (place < self._selected)
            self.edit(self._potential.without(place), f"remove {NAMES[part.kind]}")
            self.select(selected)

    def switch(self, place: int, on: bool) -> None:
        """Let a part count or not, undoably."""
        part = self._potential.parts[place]
        text = f"switch {NAMES[part.kind]} {'on' if on else 'off'}"
        self.edit(self._potential.with_changed(place, dataclasses.replace(part, on=on)), text)

    def change(self, place: int, name: str, value: float) -> None:
        """Change one number of a part, undoably; changes of one number in a row are undone at once."""
        changes: dict[str, Any] = {name: value}
        part = dataclasses.replace(self._potential.parts[place], **changes)
        self._note_latest(part)
        key = (place, name)
        self.edit(self._potential.with_changed(place, part), f"change {NAMES[part.kind]}", key)

    def edit(self, potential: PlanePotential, text: str = "potential", key: tuple[object, ...] = ()) -> None:
        """Replace the potential, undoably; see `ReplaceValueCommand` for ``key``."""
        if potential != self._potential:
            self._stack.push(ReplaceValueCommand(text, self._apply, self._potential, potential, key))

    def select(self, place: int) -> None:
        """Select a part; -1, or a place without a part, selects the last one or none."""
        place = min(place, len(self._potential.parts) - 1)
        if place != self._selected:
            self._selected = place
            self.selection_changed.emit()

    def clear(self) -> None:
        """Remove all parts, undoably."""
        self.edit(PlanePotential(), "clear r(x)")

    def reset(self) -> None:
        """Remove all parts for another checkpoint, not undoably; a part that is drawn at the moment is given up."""
        self._draft = None
        self._apply(PlanePotential())

    def _note_latest(self, part: Part) -> None:
        if not isinstance(part, Stroke):
            self._latest[part.kind] = dataclasses.replace(part, on=True)

    def _apply(self, potential: PlanePotential) -> None:
        self._potential = potential
        self._selected = min(self._selected, len(potential.parts) - 1)
        self.changed.emit()
        self.selection_changed.emit()
        self.committed.emit()
