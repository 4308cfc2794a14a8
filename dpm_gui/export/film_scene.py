"""Draws the frames of a film, from recordings, on canvases that never appear on the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.values.checkpoints import RGB, DataInfo
from dpm_gui.desktop.theme import Palette
from dpm_gui.engine.values import FORWARD, REVERSE, SIDE_TITLES
from dpm_gui.export.film_strip import FilmStrip
from dpm_gui.session.side_recording import SideRecording
from dpm_gui.views.canvases.canvas import Canvas
from dpm_gui.views.canvases.image_levels import pixels_of
from dpm_gui.views.canvases.points import PointsView

FILM_SIZE = QSize(960, 512)
MOST_FRAMES = 200
STILL_FRAMES = 8
"""Number of frames for which each end of the film stands still."""
FRAMES_A_SECOND = 15.0

CanvasType = TypeVar("CanvasType", bound=Canvas)


class FilmScene(QWidget):
    """Both sides of a run side by side: from the data to the noise and back, or as asked."""

    def __init__(
        self,
        recordings: dict[str, SideRecording],
        palette: Palette,
        size: QSize | None = None,
        canvas: type[Canvas] = PointsView,
        data: DataInfo | None = None,
        columns: tuple[int, ...] = (0, 1),
        data_note: str = "",
        positions: Sequence[tuple[float, float]] | None = None,
        strip: FilmStrip | None = None,
    ) -> None:
        """Lay out the scene; both recordings must be complete, and ``canvas`` must be the view of their ``data``.

        Of points, ``columns`` are shown; ``data_note`` stands above the forward side. Each frame shows both sides at
        one of the ``positions`` (forward, reverse), 0.0 … T, or if that is None both at each of `steps`. The ``strip``
        stands below them.
        """
        super().__init__()
        self._positions, self._strip = positions, strip
        self._data_note = f" · {data_note}" if data_note else ""
        self._recordings = recordings
        column = QVBoxLayout(self)
        row = QHBoxLayout()
        for layout in (column, row):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(0)
        column.addLayout(row, 1)
        if strip is not None:
            column.addWidget(strip)
        self._views = {side: export_canvas(canvas, side, title, palette, self) for side, title in SIDE_TITLES.items()}
        for side, view in self._views.items():
            row.addWidget(view)
            if data is not None:
                view.set_data(data)
                view.show_columns(columns)
            view.set_colours(recordings[side].along)
        keep_hidden(self, size or FILM_SIZE)

    @property
    def stride(self) -> int:
        """Steps from one frame to the next: 1, or more for a long run."""
        return -(-self._recordings[FORWARD].steps // (MOST_FRAMES // 2 - 1))

    def steps(self) -> list[int]:
        """Return the step that each frame shows, every `stride` steps; both ends are repeated."""
        last = self._recordings[FORWARD].steps
        steps = [*range(0, last, self.stride), last]
        return [0] * STILL_FRAMES + steps + [last] * STILL_FRAMES + steps[::-1]

    @property
    def frame_count(self) -> int:
        """The number of frames of the film."""
        return len(self.steps() if self._positions is None else self._positions)

    def images(self) -> Iterator[NDArray[np.uint8]]:
        """Draw the frames of the film one after the other, ``[H, W, 3]`` each; only in the window's thread.

        A frame that shows what the one before shows is not drawn again.
        """
        every = f" · one step in {self.stride}" if self.stride > 1 and self._positions is None else ""
        before: tuple[float, float] | None = None
        drawn = np.empty(0, np.uint8)
        for position in self._positions or [(float(t), float(t)) for t in self.steps()]:
            position = self._distinct(position)
            if position != before:
                for side, place in zip((FORWARD, REVERSE), position, strict=True):
                    self._show(side, place, every)
                if self._strip is not None:
                    self._strip.show_positions(*position)
                drawn, before = pixels(self.grab().toImage()), position
            yield drawn

    def _distinct(self, position: tuple[float, float]) -> tuple[float, float]:
        """Return the position, of whole steps unless the canvases draw between two."""
        if self._views[FORWARD].interpolates:
            return position
        return float(round(position[0])), float(round(position[1]))

    def _show(self, side: str, position: float, every: str) -> None:
        recording, view = self._recordings[side], self._views[side]
        between = recording.at(position) if position % 1 else None
        shown = recording.shown(round(position))
        frame = between if between is not None else None if shown is None else shown.frame
        if frame is not None:
            view.show_frame(frame)
            view.set_note(f"t = {frame.t}{every}{self._data_note if side == FORWARD else ''}")


def pixels(image: QImage) -> NDArray[np.uint8]:
    """Return ``image`` as an array ``[H, W, 3]``, RGB."""
    return pixels_of(image.convertToFormat(QImage.Format.Format_RGB888), RGB)


def export_canvas(canvas: type[CanvasType], side: str, title: str, palette: Palette, parent: QWidget) -> CanvasType:
    """Return a canvas for export, without its help button."""
    view = canvas(side, title, parent)
    view.header.help_button.hide()
    view.set_palette(palette)
    return view


def keep_hidden(scene: QWidget, size: QSize) -> None:
    """Lay out ``scene`` at ``size`` without showing it on the screen."""
    scene.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    scene.resize(size)
    scene.show()
