"""Saves what a figure shows as an image, a drawing or a table, or copies its image to the clipboard."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from core.errors import DpmError, OutputError
from core.runtime.files import atomic_path, check_output_path
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.jobs.saving import Saver

if TYPE_CHECKING:
    import pyqtgraph as pg

    from dpm_gui.views.figures.figure import Figure, Table

INCH = 0.0254
PIXELS_AN_INCH = 96
EXPORT_DIALOGS = {
    "png": ("Save image", "PNG image (*.png)"),
    "svg": ("Save drawing", "SVG drawing (*.svg)"),
    "csv": ("Save numbers", "CSV table (*.csv)"),
}
"""Title and filter of the dialog for each kind of file."""
FORMATS = {"png": "PNG image", "svg": "SVG drawing", "csv": "CSV table", "gif": "GIF film", "mp4": "MP4 film"}
"""What a written file is called, by its kind."""


def figure_image(figure: QWidget, scale: float = 2.0) -> QImage:
    """Return an image of ``figure`` without its buttons, with ``scale`` pixels to one of the window's."""
    size = figure.size() * scale
    rendered = QImage(size, QImage.Format.Format_RGB32)
    rendered.setDevicePixelRatio(scale)
    rendered.fill(figure.palette().color(QPalette.ColorRole.Window))
    with _no_buttons(figure), _lines_scaled(figure, scale / figure.devicePixelRatioF()):
        QWidget.render(figure, rendered, QPoint(0, 0))  # not QGraphicsView.render, which draws only the scene
    dots = round(PIXELS_AN_INCH * scale / INCH)
    rendered.setDotsPerMeterX(dots)
    rendered.setDotsPerMeterY(dots)
    return rendered


def save_figure_image(figure: QWidget, path: str | os.PathLike[str], scale: float = 2.0) -> None:
    """Save an image of ``figure`` to a PNG file.

    Raises:
        BadInputError: If ``path`` does not end in .png.
        OutputError: If ``path`` cannot be written.
    """
    save_image(figure_image(figure, scale), path)


def save_image(image: QImage, path: str | os.PathLike[str]) -> None:
    """Save ``image`` to a PNG file; errors as in `save_figure_image`."""
    check_output_path(path, ".png")
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"png"))
    if not writer.write(image):
        raise OutputError(f"{os.fspath(path)}: the image cannot be saved: {writer.errorString()}")
    _write(path, bytes(buffer.data().data()))


def save_drawing(figure: pg.PlotWidget, path: str | os.PathLike[str]) -> None:
    """Save ``figure`` to an SVG file, as lines and text.

    Raises:
        BadInputError: If ``path`` does not end in .svg.
        OutputError: If ``path`` cannot be written.
    """
    check_output_path(path, ".svg")
    from dpm_gui.export.svg import drawing

    _write(path, drawing(figure))


def save_table(table: Table, path: str | os.PathLike[str]) -> None:
    """Save ``table`` to a CSV file: a header row, then each number with enough digits to read it back exactly.

    Raises:
        BadInputError: If ``path`` does not end in .csv.
        OutputError: If ``path`` cannot be written.
    """
    check_output_path(path, ".csv")
    columns = [column.astype(str) for column in table.columns.values()]
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(zip(*columns, strict=True))


def copy_figure_image(figure: QWidget, scale: float = 2.0) -> None:
    """Copy an image of ``figure`` to the clipboard."""
    QGuiApplication.clipboard().setImage(figure_image(figure, scale))


class FigureExporter(QObject):
    """Carries out the exports that figures ask for: shows a file dialog, then writes the file.

    Args:
        preferences: Stores the folder of the last dialog.
        parent: Qt's owner.
    """

    saved = Signal(str, str)
    """The path and the format of a file that has been written."""
    copied = Signal()
    """An image has been copied to the clipboard."""
    failed = Signal(object)
    """A `DpmError`, the reason why a file was not written."""

    def __init__(self, preferences: Preferences, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._saver = Saver(self)
        self._saver.saved.connect(lambda path: self.saved.emit(path, FORMATS[Path(path).suffix[1:].lower()]))
        self._saver.failed.connect(self.failed)

    def connect_figure(self, figure: Figure) -> None:
        """Carry out the exports that ``figure`` asks for from now on."""
        figure.export_asked.connect(lambda kind: self.export(figure, kind))

    def export(self, figure: Figure, kind: str) -> None:
        """Ask for a name and save ``figure`` as "png", "svg" or "csv"; or "copy" its image."""
        if kind == "copy":
            copy_figure_image(figure)
            self.copied.emit()
            return
        from dpm_gui.dialogs.files import ask_save  # imported late, so that the window opens sooner

        title, kinds = EXPORT_DIALOGS[kind]
        proposal = f"{figure.table().name}.{kind}"
        take = partial(self.save, figure, kind)
        ask_save(figure.window(), self._preferences, title, kinds, take, proposal=proposal)

    def shut_down(self) -> None:
        """Complete the tables and images that are being written."""
        self._saver.shut_down()

    def save(self, figure: Figure, kind: str, path: str) -> None:
        """Save ``figure`` as "png", "svg" or "csv" to ``path``; emit `saved` or `failed` at its end.

        A table may have millions of numbers, and an image millions of pixels, so they are written in a job.
        """
        if kind == "csv":
            self._saver.save(path, partial(save_table, figure.table()))
        elif kind == "png":
            self._saver.save(path, partial(save_image, figure_image(figure)))
        else:
            self._save_drawing(figure, path)

    def _save_drawing(self, figure: Figure, path: str) -> None:
        try:
            save_drawing(figure, path)
        except DpmError as error:
            self.failed.emit(error)
        else:
            self.saved.emit(path, FORMATS["svg"])


@contextmanager
def _no_buttons(figure: QWidget) -> Iterator[None]:
    """Leave the buttons of ``figure`` out of its image.

    They are moved away, not hidden: hiding them would move the keyboard focus and its ring.
    """
    positions = [(button, button.pos()) for button in figure.findChildren(QAbstractButton)]
    for button, _ in positions:
        button.move(-2 * button.width(), -2 * button.height() - figure.height())
    try:
        yield
    finally:
        for button, position in positions:
            button.move(position)


@contextmanager
def _lines_scaled(figure: QWidget, factor: float) -> Iterator[None]:
    """Widen the lines of a plot: widths of cosmetic pens are device pixels at any scale."""
    import pyqtgraph as pg

    items = figure.scene().items() if isinstance(figure, pg.PlotWidget) else []
    lines = [item for item in items if isinstance(item, (pg.PlotCurveItem, pg.InfiniteLine))]
    pens = [(line, line.opts["pen"] if isinstance(line, pg.PlotCurveItem) else line.pen) for line in lines]
    pens = [(line, pen) for line, pen in pens if isinstance(pen, QPen) and pen.isCosmetic()]
    for line, pen in pens:
        wider = QPen(pen)
        wider.setWidthF(max(1.0, pen.widthF()) * factor)
        line.setPen(wider)
    try:
        yield
    finally:
        for line, pen in pens:
            line.setPen(pen)


def _write(path: str | os.PathLike[str], content: bytes) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)
