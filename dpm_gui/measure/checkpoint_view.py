"""What the open file says: process, network, data, training, bound, and every entry of the file with its shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from core.values.checkpoints import Checkpoint
from core.values.measurements import examples_in_words
from dpm_gui.desktop.numbers import fixed, grouped, rounded

Rows = Mapping[str, str]


class CheckpointView(QTreeWidget):
    """A tree of sections; Ctrl+C copies the chosen rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setColumnCount(2)
        self.setHeaderLabels(["Entry", "Value"])
        self.setAccessibleName("Contents of the checkpoint")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.header().setStretchLastSection(True)

    def show_checkpoint(self, checkpoint: Checkpoint, path: str) -> None:
        """Show the contents of ``checkpoint``, read from ``path``."""
        self.clear()
        for title, rows in sections(checkpoint, path):
            section = QTreeWidgetItem(self.invisibleRootItem(), [title])
            font = section.font(0)
            font.setBold(True)
            section.setFont(0, font)
            for name, value in rows.items():
                row = QTreeWidgetItem(section, [name, value])
                row.setToolTip(1, value)
            section.setExpanded(title != "Weights")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = self.selectedItems()
            QGuiApplication.clipboard().setText("\n".join(f"{row.text(0)}\t{row.text(1)}" for row in rows))
            event.accept()
            return
        super().keyPressEvent(event)

    def item(self, section: str, name: str) -> QTreeWidgetItem | None:
        """Return the row called ``name`` in a section, or None."""
        for found in self.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive):
            above = found.parent()
            if above is not None and above.text(0) == section:
                return found
        return None


def sections(checkpoint: Checkpoint, path: str) -> Iterator[tuple[str, Rows]]:
    """Yield the title and the rows of each section of what ``checkpoint`` says."""
    network, data, training, bound = checkpoint.network, checkpoint.data, checkpoint.training, checkpoint.bound
    rates = np.asarray(checkpoint.betas)
    yield (
        "File",
        {"path": path, "title": checkpoint.title, "created": checkpoint.created, "licence": checkpoint.licence},
    )
    yield (
        "Process",
        {
            "kind": checkpoint.kind,
            "T": str(checkpoint.steps),
            "rates β": _range_of(rates),
            "signal left at T": rounded(float(np.prod(1.0 - rates))),
        },
    )
    settings = {str(name): str(value) for name, value in network.config.items()}
    count = sum(weight.size for weight in network.weights.values())
    yield "Network", {"kind": network.kind, **settings, "parameters": grouped(count)}
    yield (
        "Data",
        {
            "name": data.name,
            "shape": _shape(data.shape),
            "range": f"{rounded(data.value_range[0])} … {rounded(data.value_range[1])}",
            "examples in the file": str(len(data.examples)),
            "held-out examples": "none" if data.held_out is None else str(len(data.held_out)),
        },
    )
    if training is not None:
        rows = {"recipe": training.recipe, "seed": str(training.seed)}
        rows["gradient steps"] = f"{grouped(training.steps_done)} of {grouped(training.steps_total)}"
        if training.interpreted_as:
            rows["data interpreted as"] = training.interpreted_as
        for name, column in zip(("last K of training", "last validation K"), training.history[-1:, 1:].T, strict=False):
            rows[name] = f"{fixed(float(column[0]), 4)} bits per sample"
        yield "Training", rows
    if bound is not None:
        examples = examples_in_words(bound.count, bound.measured_on)
        value = f"{fixed(bound.k, 4)} ± {bound.standard_error:.4f} bits per {bound.unit}, on {examples}"
        yield "Bound in the file", {"K": value}
    yield "Weights", {name: f"{_shape(weight.shape)} · {_range_of(weight)}" for name, weight in network.weights.items()}


def _shape(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"


def _range_of(values: NDArray[np.generic]) -> str:
    if not values.size:
        return "empty"
    numbers = values.astype(np.float64)
    return f"{rounded(float(numbers.min()), 3)} … {rounded(float(numbers.max()), 3)}"
