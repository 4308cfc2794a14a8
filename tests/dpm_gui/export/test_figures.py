"""Pictures, drawings and tables are written, and read back with other programs' readers."""

from __future__ import annotations

import csv
import re
import threading
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyqtgraph as pg
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from core.errors import BadInputError, OutputError
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.export import figures
from dpm_gui.export.figures import (
    FORMATS,
    FigureExporter,
    copy_figure_image,
    save_drawing,
    save_figure_image,
    save_table,
)
from dpm_gui.views.figures.figure import Table

SVG = "{http://www.w3.org/2000/svg}"


class Plot(pg.PlotWidget):
    """A plot as the views are: it can be asked to be exported, and knows its numbers."""

    export_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__(background="#FFFFFF")
        self.resize(400, 300)
        self.plot([0, 1, 2, 3], [0, 8, 2, 3], pen=pg.mkPen("#0072B2", width=2), name="upper")
        self.plot([0, 1, 2, 3], [1, 2, 1, 2], pen=None, symbol="o", symbolBrush="#D55E00")
        self.setRange(xRange=(0.5, 2), yRange=(0, 4), padding=0)
        self.title = QLabel("Entropy of <b>each</b> step", self)
        self.title.move(80, 4)
        self.title.adjustSize()
        self.button = QToolButton(self)
        self.button.setStyleSheet("background: #FF00FF; border: none;")
        self.button.setGeometry(360, 4, 32, 24)

    def table(self) -> Table:
        return Table("entropies", {"t": np.arange(4), "upper (bits)": np.array([0, 8, 2, 3], np.float32)})


@pytest.fixture
def plot(qtbot: QtBot) -> Plot:
    plot = Plot()
    qtbot.addWidget(plot)
    plot.show()
    qtbot.waitExposed(plot)
    QApplication.processEvents()
    return plot


@pytest.fixture
def preferences(settings: QSettings, tmp_path: Path) -> Preferences:
    preferences = Preferences(settings)
    preferences.last_folder = tmp_path
    return preferences


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_picture_has_the_plot_s_size_times_the_scale(plot: Plot, tmp_path: Path, scale: float) -> None:
    save_figure_image(plot, tmp_path / "a.png", scale)
    with Image.open(tmp_path / "a.png") as image:
        assert image.format == "PNG"
        assert image.size == (400 * scale, 300 * scale)
        assert image.info["dpi"][0] == pytest.approx(96 * scale, abs=0.1)


def test_a_picture_shows_the_curve_and_no_button(plot: Plot, tmp_path: Path) -> None:
    save_figure_image(plot, tmp_path / "a.png", 1.0)
    with Image.open(tmp_path / "a.png") as image:
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 20) or []}
    assert (0, 0x72, 0xB2) in colours
    assert (255, 0, 255) not in colours
    assert plot.button.isVisible()
    assert QColor(plot.grab().toImage().pixel(375, 15)) == QColor(255, 0, 255)


@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0])
def test_lines_are_as_wide_in_a_picture_as_on_the_screen(qtbot: QtBot, tmp_path: Path, scale: float) -> None:
    plot = Plot()
    qtbot.addWidget(plot)
    plot.plotItem.clear()
    plot.plot([0, 3], [2.02, 2.02], pen=pg.mkPen("#0072B2", width=2))
    marker = plot.plotItem.addLine(x=1.2, pen=pg.mkPen("#CC79A7", width=1))
    plot.show()
    qtbot.waitExposed(plot)
    save_figure_image(plot, tmp_path / "a.png", scale)
    with Image.open(tmp_path / "a.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    place = round(200 * scale)
    assert (pixels[:, place] == (0x00, 0x72, 0xB2)).all(axis=1).sum() == 2 * scale
    line = (pixels == (0xCC, 0x79, 0xA7)).all(axis=2).sum(axis=1)
    assert np.median(line[line > 0]) == scale
    assert marker.pen.widthF() == 1


def test_a_drawing_is_lines_and_letters_of_the_plot_s_size(plot: Plot, tmp_path: Path) -> None:
    save_drawing(plot, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "<image" not in text
    root = ElementTree.fromstring(text)
    assert root.get("viewBox") == "0 0 400 300"
    words = ["".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")]
    assert "Entropy of each step" in words
    assert any(group.get("stroke") == "#0072b2" for group in root.iter(f"{SVG}g"))
    assert sum(group.get("fill") == "#d55e00" for group in root.iter(f"{SVG}g")) > 0


def test_a_drawing_is_drawn_by_another_reader(plot: Plot, tmp_path: Path) -> None:
    save_drawing(plot, tmp_path / "a.svg")
    renderer = QSvgRenderer(QByteArray((tmp_path / "a.svg").read_bytes()))
    assert renderer.isValid()
    assert (renderer.viewBox().width(), renderer.viewBox().height()) == (400, 300)
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(QColor("#123456"))
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    assert image.pixelColor(2, 2) == QColor("#FFFFFF")
    colours = {image.pixelColor(x, y).name() for x in range(400) for y in range(300)}
    assert "#0072b2" in colours


def test_a_curve_s_stroke_has_its_width_in_any_viewer(plot: Plot, tmp_path: Path) -> None:
    save_drawing(plot, tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    (curve,) = [group for group in root.iter(f"{SVG}g") if group.get("stroke") == "#0072b2"]
    assert curve.get("stroke-width") == "2"
    assert curve.get("transform") is None
    assert not any("vector-effect" in element.attrib for element in root.iter())
    points = re.findall(r"(-?[\d.]+),(-?[\d.]+)", "".join(path.get("d", path.get("points", "")) for path in curve))
    box = plot.getViewBox()
    for (x, y), (u, v) in zip([(0, 0), (1, 8), (2, 2), (3, 3)], points, strict=True):
        expected = plot.mapFromScene(box.mapViewToScene(pg.Point(x, y)))
        assert (float(u), float(v)) == pytest.approx((expected.x(), expected.y()), abs=1)


def test_a_curve_does_not_run_out_of_its_plot_in_a_drawing(plot: Plot, tmp_path: Path) -> None:
    save_drawing(plot, tmp_path / "a.svg")
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    clips = {
        clip.get("id"): [
            (float(x), float(y)) for path in clip for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path.get("d", ""))
        ]
        for clip in root.iter(f"{SVG}clipPath")
    }
    (clipped,) = [group for group in root.iter(f"{SVG}g") if any(child.get("stroke") == "#0072b2" for child in group)]
    corners = clips[re.fullmatch(r"url\(#(.+)\)", clipped.get("clip-path", ""))[1]]
    inside = plot.mapFromScene(plot.getViewBox().sceneBoundingRect()).boundingRect()
    xs, ys = zip(*corners, strict=True)
    assert (min(xs), max(xs)) == pytest.approx((inside.left(), inside.right()), abs=2)
    assert (min(ys), max(ys)) == pytest.approx((inside.top(), inside.bottom()), abs=2)


def test_drawing_leaves_the_plot_as_it_was(plot: Plot, tmp_path: Path) -> None:
    plot.activateWindow()
    plot.button.setFocus()
    focus = plot.focusWidget()
    (curve, *_) = [item for item in plot.scene().items() if isinstance(item, pg.PlotCurveItem)]
    mode = curve.opts["segmentedLineMode"]
    before = plot.grab().toImage()
    save_drawing(plot, tmp_path / "a.svg")
    save_figure_image(plot, tmp_path / "a.png")
    QApplication.processEvents()
    assert plot.grab().toImage() == before
    assert plot.focusWidget() is focus
    assert curve.opts["segmentedLineMode"] == mode


def test_numbers_come_back_from_a_table_bit_for_bit(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    columns: dict[str, NDArray[Any]] = {
        "t": np.arange(1, 6),
        "x₁ (standard deviations)": rng.normal(size=5).astype(np.float32),
        'bits, "per" dimension': np.array([-np.inf, np.nan, 1e-300, 1 / 3, 2.0]),
    }
    save_table(Table("a", columns), tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == list(columns)
    for column, back in zip(columns.values(), zip(*rows, strict=True), strict=True):
        assert np.array_equal(np.array(back, dtype=column.dtype), column, equal_nan=column.dtype.kind == "f")
    assert rows[0][0] == "1"
    assert len(rows[0][1]) <= 12  # a float32 needs no more digits


def test_a_long_table_is_written_whole(tmp_path: Path) -> None:
    columns = {"x1": np.linspace(0, 1, 20_000), "x2": np.zeros(20_000)}
    save_table(Table("a", columns), tmp_path / "a.csv")
    assert np.array_equal(np.loadtxt(tmp_path / "a.csv", delimiter=",", skiprows=1)[:, 0], columns["x1"])


def test_columns_of_unequal_length_leave_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="shorter"):
        save_table(Table("a", {"x": np.zeros(3), "y": np.zeros(2)}), tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_a_name_with_another_suffix_is_refused_and_nothing_is_written(plot: Plot, tmp_path: Path, kind: str) -> None:
    with pytest.raises(BadInputError, match=rf"{re.escape(str(tmp_path / 'a.jpg'))}: the name must end in \.{kind}"):
        save(plot, kind, tmp_path / "a.jpg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_a_missing_folder_is_told_with_the_file_s_name(plot: Plot, tmp_path: Path, kind: str) -> None:
    with pytest.raises(OutputError, match=rf"a\.{kind}: there is no folder"):
        save(plot, kind, tmp_path / "gone" / f"a.{kind}")


def save(plot: Plot, kind: str, path: Path) -> None:
    if kind == "csv":
        save_table(plot.table(), path)
    else:
        {"png": save_figure_image, "svg": save_drawing}[kind](plot, path)


def test_a_copied_picture_is_on_the_clipboard(plot: Plot) -> None:
    copy_figure_image(plot, 1.0)
    image = QGuiApplication.clipboard().image()
    assert (image.width(), image.height()) == (400, 300)
    assert image.pixelColor(200, 2) == QColor("#FFFFFF")


def file_dialog() -> QFileDialog:
    (dialog,) = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QFileDialog)]
    return dialog


@pytest.mark.parametrize("kind", ["png", "svg", "csv"])
def test_asking_to_export_suggests_a_name_and_saves_what_is_accepted(
    plot: Plot, preferences: Preferences, tmp_path: Path, qtbot: QtBot, kind: str
) -> None:
    exporter = FigureExporter(preferences, plot)
    exporter.connect_figure(plot)
    plot.export_asked.emit(kind)
    dialog = file_dialog()
    assert dialog.isVisible()
    assert [Path(name).name for name in dialog.selectedFiles()] == [f"entropies.{kind}"]
    assert Path(dialog.directory().absolutePath()) == tmp_path
    (tmp_path / "new").mkdir()
    dialog.selectFile(str(tmp_path / "new" / "mine"))
    with qtbot.waitSignal(exporter.saved) as received:
        dialog.accept()
    assert received.args == [str(tmp_path / "new" / f"mine.{kind}"), FORMATS[kind]]
    assert (tmp_path / "new" / f"mine.{kind}").stat().st_size > 0
    assert preferences.last_folder == str(tmp_path / "new")


def test_a_dialog_that_is_left_writes_nothing(plot: Plot, preferences: Preferences, tmp_path: Path) -> None:
    exporter = FigureExporter(preferences, plot)
    exporter.connect_figure(plot)
    before = set(tmp_path.iterdir())
    plot.export_asked.emit("png")
    file_dialog().reject()
    assert set(tmp_path.iterdir()) == before
    assert preferences.last_folder == str(tmp_path)


def test_a_failed_export_is_told_and_the_folder_not_remembered(
    plot: Plot, preferences: Preferences, tmp_path: Path, qtbot: QtBot
) -> None:
    exporter = FigureExporter(preferences, plot)
    with qtbot.waitSignal(exporter.failed) as received:
        exporter.save(plot, "png", str(tmp_path / "gone" / "a.png"))
    (error,) = received.args
    assert isinstance(error, OutputError)
    assert str(tmp_path / "gone") in str(error)
    assert preferences.last_folder == str(tmp_path)


def test_asking_to_copy_copies_without_a_dialog(plot: Plot, preferences: Preferences, qtbot: QtBot) -> None:
    exporter = FigureExporter(preferences, plot)
    exporter.connect_figure(plot)
    QGuiApplication.clipboard().clear()
    with qtbot.waitSignal(exporter.copied):
        plot.export_asked.emit("copy")
    assert QGuiApplication.clipboard().image().width() == 800
    assert not any(isinstance(widget, QFileDialog) for widget in QApplication.topLevelWidgets())


def test_a_dialog_hides_behind_no_other_window(plot: Plot, preferences: Preferences) -> None:
    exporter = FigureExporter(preferences, plot)
    exporter.export(plot, "svg")
    dialog = file_dialog()
    assert dialog.parent() is plot
    assert dialog.windowModality() == Qt.WindowModality.WindowModal
    dialog.reject()


@pytest.mark.parametrize(("kind", "writer"), [("csv", "save_table"), ("png", "save_image")])
def test_a_table_or_an_image_is_written_beside_the_window_and_completed_when_it_is_closed(
    plot: Plot, preferences: Preferences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, writer: str
) -> None:
    threads: list[bool] = []
    save = getattr(figures, writer)

    def note(what: Table | QImage, path: str) -> None:
        threads.append(threading.current_thread() is threading.main_thread())
        save(what, path)

    monkeypatch.setattr(figures, writer, note)
    exporter = FigureExporter(preferences, plot)
    exporter.save(plot, kind, str(tmp_path / f"figure.{kind}"))
    exporter.shut_down()
    assert threads == [False]
    assert (tmp_path / f"figure.{kind}").stat().st_size > 0
