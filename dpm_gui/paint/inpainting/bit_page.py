"""The page of Paint for sequences of bits: each place is known (0 or 1) or free, and the samples match known places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.values.inpainting import InpaintingFrame
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.opening import Opened
from dpm_gui.paint.canvases.bit_canvas import FREE, BitCanvas
from dpm_gui.paint.document.raster import Area
from dpm_gui.paint.history.keeper import HistoryKeeper
from dpm_gui.paint.history.strip import connected_strip
from dpm_gui.paint.inpainting.panel import InpaintPanel
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.views.widgets.labels import ElidedLabel, LinesLabel
from dpm_gui.views.widgets.scrolling import SidePane
from dpm_gui.window.actions import Actions

HINT = (
    "Click a place, or move with the arrow keys and press 0, 1 or Space: free, 1, 0. Samples match known places "
    "exactly; a right click or Backspace frees a place, Delete frees all."
)
PANEL_WIDTH = 420
NOTE_LINES = 2


class BitPage(QWidget):
    """Connects the canvas of bits to the inpainting session; masked places are free."""

    def __init__(
        self, paint: PaintSession, keeper: HistoryKeeper, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._paint = paint
        self._active = False
        self.canvas = BitCanvas(self)
        self.panel = InpaintPanel(actions["inpaint"], actions["show_how"], self, noun="bits")
        self.strip = connected_strip(keeper, actions["clear_inpaintings"], self)
        self._note = LinesLabel(self, NOTE_LINES)
        self._note.setText(HINT)
        self._note.setContentsMargins(16, 4, 16, 4)
        self._state = ElidedLabel(self)
        self._state.setContentsMargins(16, 8, 8, 0)
        left, right, row = QVBoxLayout(), QVBoxLayout(), QHBoxLayout(self)
        left.addWidget(self.canvas, 1)
        left.addWidget(self._note)
        pane = SidePane(self.panel, PANEL_WIDTH, self)
        right.addWidget(self._state)
        right.addWidget(pane, 1)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(left, 1)
        row.addWidget(self.strip)
        row.addLayout(right)
        self.canvas.bit_asked.connect(self._set_bit)
        self.canvas.edit_ended.connect(self._end_edit)
        for layer in (paint.document.mask, paint.document.image):
            layer.changed.connect(self._show_wanted)
        paint.options_changed.connect(self.panel.show_options)
        paint.options_changed.connect(self._show_wanted)
        paint.started.connect(self._state.clear)
        paint.result_changed.connect(self._show_result)
        paint.ended.connect(self._show_end)
        paint.note_changed.connect(self._show_note)
        self.panel.changed.connect(lambda changes: paint.set_options(**changes))

    def set_palette(self, palette: Palette) -> None:
        """Show everything in the colours of ``palette``."""
        self.canvas.set_palette(palette)
        self.strip.set_palette(palette)

    def fit(self) -> None:
        """Do nothing: the whole sequence is always shown."""

    def compare(self, after: bool) -> None:
        """Do nothing: the samples are already shown below the sequence."""

    def focus_canvas(self) -> None:
        """Give the canvas the keyboard focus."""
        self.canvas.setFocus()

    def show_opened(self, opened: Opened) -> None:
        """Show the sequence and options of ``opened``."""
        self._active = True
        self.panel.set_steps(opened.checkpoint.steps)
        self.panel.show_options(self._paint.options)
        self._show_wanted()

    def deactivate(self) -> None:
        """Stop following the session; the open checkpoint has another kind of data."""
        self._active = False

    def _set_bit(self, place: int, value: int) -> None:
        document, area = self._paint.document, Area(place, 0, place + 1, 1)
        for layer in (document.image, document.mask):
            if not layer.in_stroke:
                layer.begin()
        document.mask.put(area, np.array([[value == FREE]], np.float32))
        if value != FREE:
            document.image.put(area, np.array([[value]], np.float32))

    def _end_edit(self) -> None:
        document = self._paint.document
        layers = [layer for layer in (document.image, document.mask) if layer.in_stroke]
        if not any(layer.differs for layer in layers):
            for layer in layers:
                layer.cancel()
            return
        document.undo_stack.beginMacro("known bits")
        for layer in layers:
            layer.commit("known bits")
        document.undo_stack.endMacro()

    def _show_wanted(self, _area: object = None) -> None:
        image, mask = self._paint.document.image.values, self._paint.document.mask.values
        if self._active and image.shape == mask.shape and len(image) == 1:
            self.canvas.show_wanted(_wanted_bits(image[0], self._paint.openness()[0] == 1))

    def _show_result(self, frame: InpaintingFrame | None) -> None:
        if not self._active:
            return
        images = None if frame is None else frame.images
        width = self._paint.document.mask.values.shape[1]
        self.canvas.show_samples(np.empty((0, width), np.float32) if images is None else images)
        self._state.setText("" if frame is None or frame.final else f"inpainting, t = {frame.t}")
        if frame is not None and frame.effective_size is not None:
            self.panel.show_size(frame.effective_size, self._paint.options.chain_count)

    def _show_end(self, error: Exception | None) -> None:
        """Show that a run failed or was stopped."""
        frame = self._paint.result
        if not self._active:
            return
        if error is not None:
            self._state.setText("failed")
        elif frame is not None and not frame.final and not self._paint.running:
            self._state.setText(f"stopped at t = {frame.t}")

    def _show_note(self, note: str) -> None:
        self._note.setText(f"{note} {HINT}" if note else HINT)


def _wanted_bits(bits: NDArray[np.float32], free: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return the value of each place, ``[D]``: 0, 1 or `FREE`."""
    return np.where(free, FREE, bits).astype(np.int8)
