"""The page of Paint for points, as two of their columns: r(x) is painted or placed, and points are sampled under it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dpm_gui.desktop.reasons import disable_if
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.state_kinds import column_labels
from dpm_gui.paint.potential.canvas import PotentialCanvas
from dpm_gui.paint.potential.panels.panel import PotentialPanel
from dpm_gui.paint.potential.parts import Stroke
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.paint.potential.soft_field import EXTENT, BrushStroke
from dpm_gui.paint.potential.timeline import PlaneTimeline
from dpm_gui.views.widgets.column_chooser import ColumnChooser
from dpm_gui.views.widgets.labels import LinesLabel
from dpm_gui.views.widgets.scrolling import SidePane
from dpm_gui.window.page import Services

PANEL_WIDTH = 420
NOTE_LINES = 2
BRUSH_SIGNS = {"attract": 1.0, "repel": -1.0}
ONE_COLUMN = "r(x) is painted over two columns, and these points have only one. Their histogram is in Watch."
HINT = "Parts add up in ln r(x). Contours: 0.9, 0.5, 0.1 and 0.01 of the greatest r; faint points: the data."
FEW = 10
"""Effective sample size below which the points say little."""
TOO_FEW = (
    "Only {count} points carry the weight, so these points and the acceptance say little. It helps to sample more "
    "points, to soften or widen the parts of r(x), or to switch one off."
)


class PlanePage(QWidget):
    """Connects the canvas of the plane and the panel to the potential's session."""

    def __init__(
        self,
        potential_session: PotentialSession,
        services: Services,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._potential_session = potential_session
        self._columns = services.session.columns
        self.chooser = ColumnChooser(services.icons, self)
        self._tool = "attract"
        self._start = (0.0, 0.0)
        self._stroke: BrushStroke | None = None
        self.canvas = PotentialCanvas(self)
        self.panel = PotentialPanel(services.actions["inpaint"], services.icons, self)
        pane = SidePane(self.panel, PANEL_WIDTH, self)
        self.playing = PlaneTimeline(potential_session, self.canvas, services, self)
        self._note = note = LinesLabel(self, NOTE_LINES)
        note.setText(HINT)
        self._why = QLabel(ONE_COLUMN, self)
        self._why.setWordWrap(True)
        self._why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._why.setMargin(16)
        self._why.hide()
        note.setContentsMargins(16, 4, 16, 4)
        left, row = QVBoxLayout(), QHBoxLayout(self)
        left.addWidget(self.chooser)
        left.addWidget(self.canvas, 1)
        left.addWidget(self._why, 1)
        left.addWidget(note)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(left, 1)
        row.addWidget(pane)
        self._connect()
        self._take_tool("attract")
        self.panel.show_options(potential_session.weighted, potential_session.count)

    def set_palette(self, palette: Palette) -> None:
        """Show everything in the colours of ``palette``."""
        self.chooser.set_palette(palette)
        self.canvas.set_palette(palette)
        self.panel.set_palette(palette)
        self.playing.set_palette(palette)

    def fit(self) -> None:
        """Show the whole plane."""
        self.canvas.fit()

    def compare(self, after: bool) -> None:
        """Show the plane without the contours of r(x) while a key is held."""
        for item in (self.canvas.potential_item, self.canvas.outline_item):
            item.setVisible(not after)

    def focus_canvas(self) -> None:
        """Give the canvas the keyboard focus."""
        self.canvas.setFocus()

    def show_opened(self, opened: Opened) -> None:
        """Show the data of ``opened``, or why nothing can be painted over them."""
        data, available = opened.checkpoint.data, self._potential_session.available
        disable_if(self.panel, "" if available else ONE_COLUMN)
        self.canvas.setVisible(available)
        self._why.setVisible(not available)
        self._note.setVisible(available)
        self.chooser.offer(column_labels(data), self._columns.shown)
        if not available:
            return
        self.playing.show_opened(opened)
        self.canvas.set_data(data)
        self.canvas.show_columns(self._columns.shown)
        self.canvas.set_message("The points appear here as they are sampled.")
        self._show_potential()
        self._show_parts()

    def resize_brush(self, steps: int) -> None:
        """Enlarge the brush by ``steps``."""
        self.panel.diameter.stepBy(steps)

    def _connect(self) -> None:
        potential_session, canvas, panel = self._potential_session, self.canvas, self.panel
        canvas.pressed.connect(self._press)
        canvas.moved.connect(self._move)
        canvas.released.connect(self._release)
        canvas.size_asked.connect(self.resize_brush)
        panel.tool_chosen.connect(self._take_tool)
        panel.brush_changed.connect(lambda *_: self._show_brush())
        document = potential_session.document
        panel.clear_asked.connect(document.clear)
        panel.parts.part_selected.connect(document.select)
        panel.parts.switched.connect(document.switch)
        panel.parts.remove_asked.connect(document.remove)
        panel.numbers.change_asked.connect(lambda name, value: document.change(document.selected, name, value))
        document.committed.connect(self._show_parts)
        document.selection_changed.connect(self._show_parts)
        panel.changed.connect(lambda changes: potential_session.set_options(**changes))
        potential_session.options_changed.connect(
            lambda: panel.show_options(potential_session.weighted, potential_session.count)
        )
        document.changed.connect(self._show_potential)
        potential_session.started.connect(self._show_numbers)
        potential_session.ended.connect(lambda _: self._show_numbers())
        self.playing.frame_shown.connect(self._show_numbers)
        self.chooser.chosen.connect(self._columns.choose)
        self._columns.changed.connect(self._show_columns)

    def _show_columns(self, columns: tuple[int, ...]) -> None:
        self.chooser.show_columns(columns)
        self.canvas.show_columns(columns)
        self.playing.forget_thumbnails()

    def _take_tool(self, tool: str) -> None:
        self._tool = tool
        self.panel.show_tool(tool)
        self._show_brush()

    def _show_brush(self) -> None:
        self.canvas.set_brush(self.panel.diameter.value() if self._tool in BRUSH_SIGNS else None)

    def _press(self, x: float, y: float) -> None:
        self._stroke = BrushStroke() if self._tool in BRUSH_SIGNS else None
        self._start = (x, y)
        self._move(x, y)

    def _move(self, x: float, y: float) -> None:
        document = self._potential_session.document
        if self._stroke is None:
            document.draft(document.latest(self._tool).placed(self._start, (x, y)))
            return
        weight = self._stroke.move(x, y, self.panel.diameter.value())
        document.draft(Stroke(weight, BRUSH_SIGNS[self._tool] * self.panel.strength.value()))

    def _release(self, x: float, y: float) -> None:
        if self._stroke is None:
            self._move(x, y)
        self._stroke = None
        self._potential_session.document.settle()

    def _show_potential(self) -> None:
        self.canvas.show_potential(self._potential_session.document.drawn.log_r(), EXTENT)

    def _show_parts(self) -> None:
        """Show the list and the numbers, and mark the selected part on the plane."""
        document = self._potential_session.document
        self.panel.parts.show_parts(document.potential.parts, document.selected)
        self.panel.numbers.show_part(document.selected_part)
        part = document.selected_part
        self.canvas.mark_part(None if part is None else part.outline())

    def _show_numbers(self) -> None:
        potential_session = self._potential_session
        frame = self.playing.frame
        size = None if frame is None else frame.effective_size
        weighted = potential_session.weighted
        acceptance, error = potential_session.acceptance, potential_session.acceptance_error
        self.panel.show_result(acceptance, error, size, potential_session.count, weighted)
        few = weighted and size is not None and size < FEW
        self._note.setText(TOO_FEW.format(count=f"{size:.1f}") if few else HINT)
