"""The figure of the paper for the open checkpoint: 1 for points, 2 for sequences, 3 for images."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from core.values.checkpoints import Checkpoint, DataInfo
from core.values.runs import DriftFrame, Frame
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.film_scene import export_canvas, keep_hidden
from dpm_gui.session.figure_rows import IMAGES_PER_ROW, ImageRows
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.canvases import canvas_of
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.images import ImagesView
from dpm_gui.views.canvases.points import PointsView

FIGURE_SIZE = QSize(1200, 1240)
ROWS_FIGURE_SIZE = QSize(1200, 1000)
IMAGES_FIGURE_WIDTH, IMAGES_HEADER_HEIGHT = 1200, 56


def figure_of(
    checkpoint: Checkpoint,
    recordings: Mapping[str, SideRecording],
    session: Session,
    palette: Palette,
    size: QSize | None = None,
) -> PaperFigure | ImageFigure:
    """Return the figure of a finished run, once `Session.figure_ready`."""
    if session.image_rows.rows is not None:
        return ImageFigure(session.image_rows.rows, checkpoint.data, palette, size, session.data_reader.note)
    drifts = session.drifts.found if session.has_drift else None
    canvas, columns = canvas_of(checkpoint), session.columns.shown
    note = session.data_reader.note
    return PaperFigure(dict(recordings), drifts, palette, size, canvas, checkpoint.data, columns, note)


class PaperFigure(QWidget):
    """Figure 1 or 2 of the paper: forward and reverse at t = 0, T/2 and T, and the reverse drift of points."""

    def __init__(
        self,
        recordings: dict[str, SideRecording],
        drifts: Mapping[int, DriftFrame] | None,
        palette: Palette,
        size: QSize | None = None,
        canvas: type[Canvas] = PointsView,
        data: DataInfo | None = None,
        columns: tuple[int, ...] = (0, 1),
        data_note: str = "",
    ) -> None:
        """Lay out the figure; without ``drifts`` it is figure 2, of sequences.

        Of points, ``columns`` are shown; ``data_note`` stands above the forward side.
        """
        super().__init__()
        self._palette, self._canvas, self._data, self._columns = palette, canvas, data, columns
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        last = recordings[FORWARD].steps
        steps = (0, last // 2, last)
        for row, (side, letter) in enumerate(((FORWARD, "q"), (REVERSE, "p"))):
            for column, t in enumerate(steps):
                view = self._view(side, f"{letter}(xᵗ), t = {t}")
                view.set_note(data_note if side == FORWARD else "")
                view.set_colours(recordings[side].along)
                frame = recordings[side].frame(t)
                if frame is not None:
                    view.show_frame(frame)
                grid.addWidget(view, row, column)
        for column, t in enumerate((1, *steps[1:]) if drifts is not None else ()):
            view = self._view(REVERSE, f"f_μ(x, t) − x, t = {t}")
            view.set_layer("arrows", True)
            view.show_drift(drifts.get(t) if drifts is not None else None)
            grid.addWidget(view, 2, column)
        keep_hidden(self, size or (FIGURE_SIZE if drifts is not None else ROWS_FIGURE_SIZE))

    def image(self) -> QImage:
        """Return an image of the figure."""
        return self.grab().toImage()

    def _view(self, side: str, title: str) -> Canvas:
        view = export_canvas(self._canvas, side, title, self._palette, self)
        if self._data is not None:
            view.set_data(self._data)
            view.show_columns(self._columns)
        return view


class ImageFigure(QWidget):
    """Figure 3 of the paper: a row each of examples, noised examples, denoised examples, and samples."""

    def __init__(
        self, rows: ImageRows, data: DataInfo, palette: Palette, size: QSize | None = None, data_note: str = ""
    ) -> None:
        """Lay out the figure; ``data`` describes the images, and ``data_note`` stands above the examples."""
        super().__init__()
        examples = f"t = 0 · {data_note}" if data_note else "t = 0"
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        signal = f"{100 * rows.signal:.0f} % of the signal left"
        lines = (
            (FORWARD, "Examples", examples, rows.examples),
            (FORWARD, "Noised", f"t = {rows.t} of {rows.steps}, {signal}", rows.noised),
            (REVERSE, "Denoised", f"from the noised examples, t = {rows.t} … 0", rows.denoised),
            (REVERSE, "Samples", f"from noise, t = {rows.steps} … 0", rows.samples),
        )
        for side, title, note, x in lines:
            view = export_canvas(ImagesView, side, title, palette, self)
            view.set_columns(IMAGES_PER_ROW)
            view.set_data(data)
            view.show_frame(Frame(0, x))
            view.set_readout("")
            view.set_note(note)
            column.addWidget(view)
        height, width = data.shape[:2]
        row_height = round(IMAGES_FIGURE_WIDTH / IMAGES_PER_ROW * height / width) + IMAGES_HEADER_HEIGHT
        keep_hidden(self, size or QSize(IMAGES_FIGURE_WIDTH, len(lines) * row_height))

    def image(self) -> QImage:
        """Return an image of the figure."""
        return self.grab().toImage()
