"""The page of Paint for images: the tools, the canvas, and the inpainted samples."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from core.values.inpainting import InpaintingFrame
from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import LIGHT, Palette, scaled_to_text
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.paint.canvases.image_canvas import PaintCanvas
from dpm_gui.paint.document.tools import BRUSH, COLOUR, ERASER, LASSO, ROUND, ToolBox
from dpm_gui.paint.history.keeper import HistoryKeeper
from dpm_gui.paint.history.strip import connected_strip
from dpm_gui.paint.inpainting.image_display import ImageDisplay
from dpm_gui.paint.inpainting.panel import InpaintPanel
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.inpainting.tool_hints import HINTS, help_text
from dpm_gui.paint.inpainting.tool_panel import ImageBar, ToolColumn
from dpm_gui.paint.results.results import InpaintResults
from dpm_gui.views.widgets.labels import ElidedLabel, LinesLabel
from dpm_gui.views.widgets.popover import Popover
from dpm_gui.views.widgets.scrolling import ScrollPane
from dpm_gui.window.actions import Actions

RIGHT_ERASES = {BRUSH, ERASER, LASSO}
RESULTS_WIDTH = 464
NOTE_LINES = 2


class ImagePage(QWidget):
    """Connects canvas, tools and results to the inpainting session."""

    def __init__(
        self,
        paint: PaintSession,
        keeper: HistoryKeeper,
        actions: Actions,
        icons: IconSet,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._paint = paint
        self._actions = actions
        self._active = True
        self._palette = LIGHT
        self.canvas = PaintCanvas(self)
        self.results = InpaintResults(self)
        self.panel = InpaintPanel(actions["inpaint"], actions["show_how"], self)
        self.tools = ToolColumn(actions, self)
        self.bar = ImageBar(actions, self)
        self.strip = connected_strip(keeper, actions["clear_inpaintings"], self)
        self._note = LinesLabel(self, NOTE_LINES)
        self._note.setContentsMargins(16, 4, 16, 4)
        self._note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._pixel = ElidedLabel(self)
        self._pixel.setContentsMargins(16, 4, 16, 0)
        self._icons = icons
        self._display = ImageDisplay(paint, self.canvas, self.results.samples, self)
        self._lay_out()
        self._connect_canvas()
        self._connect_paint()
        self._show_tools(paint.document.tools)
        self.panel.show_options(paint.options)
        self._show_note(paint.note())
        if paint.opened is None:
            self.canvas.set_message("Opening the checkpoint…")

    def set_palette(self, palette: Palette) -> None:
        """Show everything in the colours of ``palette``."""
        self._palette = palette
        self.canvas.set_palette(palette)
        self.results.set_palette(palette)
        self.tools.set_palette(palette, self._icons)
        self.bar.set_palette(palette)
        self.strip.set_palette(palette)

    def fit(self) -> None:
        """Show the whole image."""
        self.canvas.fit()

    def focus_canvas(self) -> None:
        """Give the canvas the keyboard focus."""
        self.canvas.setFocus()

    def show_opened(self, opened: Opened) -> None:
        """Show the image and options of ``opened``."""
        self._active = True
        self.canvas.set_message("")
        self.results.set_state("")  # it may still show the progress of the checkpoint before
        self.panel.set_steps(opened.checkpoint.steps)
        self.panel.show_options(self._paint.options)
        self.bar.set_largest(max(self._paint.document.image.values.shape[:2]))
        self.bar.set_colours(state_kind_of(opened.checkpoint).channels > 1)
        self._display.show_all()

    def deactivate(self) -> None:
        """Stop following the session; the open checkpoint has another kind of data."""
        self._active = False
        self.results.show_summary(None)

    def show_tool_help(self) -> None:
        """Show what the tool in hand does, and its keys."""
        pane = Popover(help_text(self._paint.document.tools.tool), self)
        pane.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        pane.apply_palette(self._palette)
        button = self.bar.help_button
        pane.open_at(button.mapToGlobal(button.rect().bottomRight()))

    def shut_down(self) -> None:
        """End every thread of the canvas."""
        self._display.shut_down()

    def compare(self, after: bool) -> None:
        """Show the chosen sample on the canvas, without a mask, or the painted image again."""
        self._display.compare(after)

    def _lay_out(self) -> None:
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(ScrollPane(self.tools, left))
        across.addWidget(self.canvas, 1)
        across.addWidget(self.strip)
        column.addLayout(across, 1)
        column.addWidget(self._pixel)
        column.addWidget(self._note)
        right = QWidget(self)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.results, 1)
        column.addWidget(ScrollPane(self.panel, right))
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(1)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(0, 1)
        width = scaled_to_text(self, RESULTS_WIDTH)
        split.setSizes([2 * width, width])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    def _connect_canvas(self) -> None:
        document, canvas = self._paint.document, self.canvas
        canvas.guides.line_start = lambda: document.last_place
        canvas.pressed.connect(self._press)
        canvas.moved.connect(document.move)
        canvas.released.connect(document.release)
        canvas.size_asked.connect(document.resize_brush)
        canvas.hovered.connect(self._read_pixel)
        document.tools_changed.connect(self._show_tools)
        self.bar.size_asked.connect(lambda size: document.take(document.tools.with_size(size)))
        self.bar.colour_chosen.connect(self._take_colour)
        self.tools.compare_held.connect(self.compare)
        self._actions.on_switch("show_mask", canvas.set_mask_shown)
        document.image.changed.connect(lambda _area: self.bar.set_largest(max(document.image.values.shape[:2])))

    def _connect_paint(self) -> None:
        paint = self._paint
        paint.options_changed.connect(self.panel.show_options)
        paint.result_changed.connect(self._show_result)
        paint.started.connect(partial(self.results.set_state, "inpainting…"))
        paint.stepped.connect(self._show_step)
        paint.ended.connect(self._show_end)
        paint.note_changed.connect(self._show_note)
        self.panel.changed.connect(lambda changes: paint.set_options(**changes))
        self.results.keep_asked.connect(paint.keep_sample)

    def _press(self, x: float, y: float, erase: bool, pressure: float, straight: bool) -> None:
        self.compare(False)
        self._actions["show_mask"].setChecked(True)  # a hidden mask cannot be painted
        self._paint.document.press(x, y, erase, pressure, straight)

    def _take_colour(self, colour: tuple[int, int, int]) -> None:
        document = self._paint.document
        self._paint.document.take(ToolBox(COLOUR, document.tools.size, colour, document.tools.pressure))

    def _show_tools(self, tools: ToolBox) -> None:
        self.canvas.set_brush(
            float(tools.size) if tools.tool in ROUND else None,
            right_erases=tools.tool in RIGHT_ERASES,
            loops=tools.tool == LASSO,
        )
        self._show_note(self._paint.note())
        self.bar.show_tools(tools)
        action = self._actions[f"tool_{tools.tool}"]
        if not action.isChecked():
            action.setChecked(True)

    def _read_pixel(self, place: tuple[int, int] | None) -> None:
        """Show the pixel under the pointer and its value."""
        image = self._paint.document.image.values
        if place is None or place[0] >= image.shape[0] or place[1] >= image.shape[1]:
            self._pixel.setText("")
            return
        value = ", ".join(f"{part:.4g}" for part in np.atleast_1d(image[place]))
        self._pixel.setText(f"row {place[0] + 1}, column {place[1] + 1}: {value}")

    def _show_result(self, frame: InpaintingFrame | None) -> None:
        if not self._active:
            return
        self.results.show_summary(self._paint.summary)
        if frame is None:
            self.results.set_state("")
            self.panel.show_size(None, self._paint.options.count)
            return
        what = "preview" if frame.preview else "inpainting"
        self.results.set_state("" if frame.final else f"{what}, t = {frame.t}")
        if frame.effective_size is not None:
            self.panel.show_size(frame.effective_size, self._paint.options.chain_count)
        self._display.follow()

    def _show_step(self, t: int) -> None:
        frame = self._paint.result
        before = "preview, " if frame is not None and frame.preview else ""
        self.results.set_state(f"{before}inpainting, t = {t}")

    def _show_end(self, error: Exception | None) -> None:
        frame = self._paint.result
        if error is not None:
            self.results.set_state("failed")
        elif self._paint.running:
            return
        elif frame is None or frame.final:  # the frame is of an earlier run if the state still shows progress
            self.results.set_state("stopped" if self.results.state else "")
        else:
            self.results.set_state(f"stopped at t = {frame.t}" if not frame.preview else "stopped, a preview")

    def _show_note(self, note: str) -> None:
        hint = HINTS[self._paint.document.tools.tool]
        self._note.setText(f"{note} {hint}" if note else hint)
        if self._paint.result is None:
            self.results.set_message(note or "The samples appear here once you have painted.")
