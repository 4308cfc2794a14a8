"""The results of inpainting: the samples, their mean, and their standard deviation as a map of the uncertainty."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from dpm_gui.desktop.reasons import disable_if
from dpm_gui.desktop.theme import ColouredWidget, Palette, text_size
from dpm_gui.paint.commands import NO_SAMPLES
from dpm_gui.paint.results.samples import LargerTile, SamplePane
from dpm_gui.paint.results.summary import ResultSummary
from dpm_gui.paint.results.tiles import ColourBar, Tile, TileGrid


class InpaintResults(ColouredWidget):
    """Shows the images of one frame at a time."""

    chosen = Signal(int)
    """The number of the sample that was chosen."""
    save_asked = Signal(object)
    """The `Tile` to save."""
    keep_asked = Signal(int)
    """The number of the sample that is to become the image."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary: ResultSummary | None = None
        self._title = QLabel("Samples", self)
        self._state = QLabel(self)
        self._state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # its text changes often and must not move anything
        self._state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._pane = SamplePane(self)
        self.samples = self._pane.grid
        self.mean = TileGrid("Mean of the samples", self)
        self.std = TileGrid("Standard deviation of the samples", self)
        self.bar = ColourBar(self)
        self.keep_button = QToolButton(self)
        self.keep_button.setText("Keep this sample")
        self.keep_button.setToolTip("Make the chosen sample the new image (Ctrl+K, or double click it)")
        self.keep_button.clicked.connect(lambda: self.keep_asked.emit(self.samples.choice))
        self.samples.chosen.connect(self.chosen)
        self.samples.keep_asked.connect(self.keep_asked)
        for grid in (self.samples, self.mean, self.std):
            grid.save_asked.connect(self.save_asked)
            grid.enlarge_asked.connect(self._enlarge)
        self._captions = [QLabel("Mean", self), QLabel("Standard deviation", self)]
        self._lay_out()
        self.show_summary(None)

    @property
    def state(self) -> str:
        """The text of the progress."""
        return self._state.text()

    def apply_palette(self) -> None:
        for part in (self.samples, self.mean, self.std, self.bar):
            part.set_palette(self._palette)
        colours = QPalette(self.palette())
        colours.setColor(QPalette.ColorRole.WindowText, QColor(self._palette.muted))
        for label in (self._state, *self._captions):
            label.setPalette(colours)
        self.show_summary(self._summary)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange}:
            self._style_title()

    def set_message(self, text: str) -> None:
        """Set the text shown while there are no samples."""
        self.samples.set_message(text)

    def set_state(self, text: str) -> None:
        """Show the progress of the run."""
        self._state.setText(text)
        self._state.setToolTip(text)

    def show_summary(self, summary: ResultSummary | None) -> None:
        """Show the images of a frame, or none."""
        self._summary = summary
        disable_if(self.keep_button, "" if summary is not None else NO_SAMPLES)
        if summary is None:
            for grid in (self.samples, self.mean, self.std):
                grid.show_tiles([])
            self.bar.show_scale(colours_of(self._palette), None)
            return
        pairs = enumerate(zip(summary.levels, np.asarray(summary.frame.images), strict=True), start=1)
        self.samples.show_tiles([Tile(each, values, f"Sample {number}") for number, (each, values) in pairs])
        self.mean.show_tiles([Tile(summary.mean_levels, summary.mean, "Mean")])
        self._show_std(summary)

    def _enlarge(self, tile: Tile) -> None:
        LargerTile(tile, self._palette, self).show()

    def _show_std(self, summary: ResultSummary) -> None:
        colours = colours_of(self._palette)
        if summary.std is None or summary.std_levels is None:
            self.std.set_message("One sample has no standard deviation.")
            self.std.show_tiles([])
            self.bar.show_scale(colours, None)
            return
        self.std.show_tiles([Tile(colours[summary.std_levels], summary.std, "Standard deviation", mapped=True)])
        self.bar.show_scale(colours, summary.std_top)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._title)
        top.addWidget(self._state, 1)
        top.addWidget(self.keep_button)
        below = QGridLayout()
        below.setHorizontalSpacing(8)
        below.setVerticalSpacing(4)
        below.addWidget(self._captions[0], 0, 0)
        below.addWidget(self._captions[1], 0, 1)
        below.addWidget(self.mean, 1, 0)
        below.addWidget(self.std, 1, 1)
        below.addWidget(self.bar, 1, 2)
        below.setColumnStretch(0, 1)
        below.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._pane, 4)
        layout.addLayout(below, 1)
        self._style_title()

    def _style_title(self) -> None:
        font = QFont(self.font())
        font.setPointSizeF(text_size(self, 1.0))
        font.setBold(True)
        self._title.setFont(font)


def colours_of(palette: Palette) -> NDArray[np.uint8]:
    """Return the colours of the map, ``[256, 3]``, from low to high, perceptually uniform."""
    name = "plasma" if palette.dark else "viridis"
    table = pg.colormap.get(name).getLookupTable(nPts=256, mode="byte")
    return np.asarray(table, np.uint8)[:, :3]
