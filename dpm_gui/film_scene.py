"""The pictures of a film, and figures 1 to 3 of the paper: canvases that are never shown, fed from recordings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from core.values import DataInfo, DriftFrame, Frame
from dpm_gui.engine import FORWARD, REVERSE
from dpm_gui.picture_rows import PICTURES_A_ROW, PictureRows
from dpm_gui.recording import Recording
from dpm_gui.theme import Palette
from dpm_gui.views.canvas import Canvas
from dpm_gui.views.pictures import PicturesView
from dpm_gui.views.points import PointsView

FILM_SIZE = QSize(960, 512)
FIGURE_SIZE = QSize(1200, 1240)
ROWS_FIGURE_SIZE = QSize(1200, 1000)
PICTURES_FIGURE_WIDTH, PICTURES_HEADER = 1200, 56
MOST_FRAMES = 200
HOLD = 8
"""Pictures for which each end of the film stands still."""
FRAMES_A_SECOND = 15.0

Shown = TypeVar("Shown", bound=Canvas)


class FilmScene(QWidget):
    """Both sides of a run side by side, step by step: there from the data to the noise, and back."""

    def __init__(
        self,
        recordings: dict[str, Recording],
        palette: Palette,
        size: QSize | None = None,
        canvas: type[Canvas] = PointsView,
        data: DataInfo | None = None,
    ) -> None:
        """Lay the scene out; both recordings are to be complete, and ``canvas`` shows the ``data`` they hold."""
        super().__init__()
        self._recordings = recordings
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        titles = {FORWARD: "Forward: q destroys", REVERSE: "Reverse: p restores"}
        self._views = {side: _view(canvas, side, titles[side], palette, self) for side in titles}
        for side, view in self._views.items():
            row.addWidget(view)
            if data is not None:
                view.set_data(data)
            view.set_colours(recordings[side].along)
        _keep_hidden(self, size or FILM_SIZE)

    @property
    def stride(self) -> int:
        """Steps from one picture to the next: 1, or more of a long run."""
        return -(-self._recordings[FORWARD].steps // (MOST_FRAMES // 2 - 1))

    def steps(self) -> list[int]:
        """Return the step of each picture; of long runs every so many steps one is taken."""
        last = self._recordings[FORWARD].steps
        there = [*range(0, last, self.stride), last]
        return [0] * HOLD + there + [last] * HOLD + there[::-1]

    def pictures(self) -> Iterator[NDArray[np.uint8]]:
        """Draw the pictures of the film one after the other: ``[H, W, 3]`` each. In the thread of the window alone."""
        every = f" · one step in {self.stride}" if self.stride > 1 else ""
        for t in self.steps():
            for side, view in self._views.items():
                shown = self._recordings[side].shown(t)
                if shown is not None:
                    view.show_frame(shown.frame)
                    view.set_note(f"t = {shown.frame.t}{every}")
            yield pixels(self.grab().toImage())


class PaperFigure(QWidget):
    """Figure 1 or 2 of the paper: forward and reverse at t = 0, T/2 and T, and in the plane the reverse drift."""

    def __init__(
        self,
        recordings: dict[str, Recording],
        drifts: Mapping[int, DriftFrame] | None,
        palette: Palette,
        size: QSize | None = None,
        canvas: type[Canvas] = PointsView,
    ) -> None:
        """Lay the figure out; without ``drifts`` it is figure 2, of sequences."""
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        last = recordings[FORWARD].steps
        steps = (0, last // 2, last)
        for row, (side, letter) in enumerate(((FORWARD, "q"), (REVERSE, "p"))):
            for column, t in enumerate(steps):
                view = _view(canvas, side, f"{letter}(xᵗ), t = {t}", palette, self)
                view.set_colours(recordings[side].along)
                frame = recordings[side].frame(t)
                if frame is not None:
                    view.show_frame(frame)
                grid.addWidget(view, row, column)
        for column, t in enumerate((1, *steps[1:]) if drifts is not None else ()):
            view = _view(canvas, REVERSE, f"f_μ(x, t) − x, t = {t}", palette, self)
            view.set_layer("arrows", True)
            view.show_drift(drifts.get(t) if drifts is not None else None)
            grid.addWidget(view, 2, column)
        _keep_hidden(self, size or (FIGURE_SIZE if drifts is not None else ROWS_FIGURE_SIZE))

    def picture(self) -> QImage:
        """Return the figure."""
        return self.grab().toImage()


class PictureFigure(QWidget):
    """Figure 3 of the paper: examples, the same noised, what the model makes of those, and samples, a row each."""

    def __init__(self, rows: PictureRows, data: DataInfo, palette: Palette, size: QSize | None = None) -> None:
        """Lay the figure out; ``data`` says what the pictures are."""
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        signal = f"{100 * rows.signal:.0f} % of the signal left"
        said = (
            (FORWARD, "Examples", "t = 0", rows.examples),
            (FORWARD, "Noised", f"t = {rows.t} of {rows.steps}, {signal}", rows.noised),
            (REVERSE, "Denoised", f"from the noised examples, t = {rows.t} … 0", rows.denoised),
            (REVERSE, "Samples", f"from noise, t = {rows.steps} … 0", rows.samples),
        )
        for side, title, note, x in said:
            view = _view(PicturesView, side, title, palette, self)
            view.set_columns(PICTURES_A_ROW)
            view.set_data(data)
            view.show_frame(Frame(0, x))
            view.set_readout("")
            view.set_note(note)
            column.addWidget(view)
        height, width = data.shape[:2]
        high = round(PICTURES_FIGURE_WIDTH / PICTURES_A_ROW * height / width) + PICTURES_HEADER
        _keep_hidden(self, size or QSize(PICTURES_FIGURE_WIDTH, len(said) * high))

    def picture(self) -> QImage:
        """Return the figure."""
        return self.grab().toImage()


def pixels(image: QImage) -> NDArray[np.uint8]:
    """Return the picture as ``[H, W, 3]``, red, green and blue."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def _view(canvas: type[Shown], side: str, title: str, palette: Palette, parent: QWidget) -> Shown:
    """Return a canvas to look at: without the button that explains it."""
    view = canvas(side, title, parent)
    view.header.help_button.hide()
    view.set_palette(palette)
    return view


def _keep_hidden(scene: QWidget, size: QSize) -> None:
    """Lay ``scene`` out at ``size`` without it ever appearing on the screen."""
    scene.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    scene.resize(size)
    scene.show()
