"""Draws a plot as SVG that every viewer shows alike: lines and text, no pixels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from xml.etree import ElementTree

import pyqtgraph as pg
from PySide6 import QtGui
from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QTextDocument
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QLabel

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
PAIR = re.compile(rf"({NUMBER}),({NUMBER})")
MATRIX = re.compile(rf"matrix\(({NUMBER}(?:,{NUMBER}){{5}})\)")
POINTS_OF = {f"{{{SVG}}}path": "d", f"{{{SVG}}}polyline": "points", f"{{{SVG}}}polygon": "points"}
NON_SCALING = "non-scaling-stroke"


def drawing(figure: pg.PlotWidget) -> bytes:
    """Return ``figure`` as an SVG file in UTF-8, with its labels and without its buttons."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    # SVG 1.1: Qt's default, 1.2 Tiny, has no clipping, and curves would run out of their plot.
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    generator.setOutputDevice(buffer)
    generator.setSize(figure.size())
    generator.setViewBox(QRect(QPoint(0, 0), figure.size()))
    generator.setResolution(figure.logicalDpiX())
    generator.setTitle(figure.accessibleName() or figure.windowTitle())
    generator.setDescription("")
    painter = QPainter(generator)
    try:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(figure.rect(), figure.backgroundBrush())
        with _in_full(figure):
            figure.render(painter, QRectF(figure.viewport().geometry()), figure.viewport().rect())
        for label in figure.findChildren(QLabel):
            if label.text() and label.isVisibleTo(figure) and label.window() is figure.window():
                _draw_label(painter, figure, label)
    finally:
        painter.end()
    return _with_scaled_strokes(bytes(buffer.data().data()))


@contextmanager
def _in_full(figure: pg.PlotWidget) -> Iterator[None]:
    """Turn off what pyqtgraph's items do for speed: symbols cached as pixels, curves drawn in pieces."""
    items = [item for item in figure.scene().items() if isinstance(item, pg.GraphicsItem)]
    modes = [(item, item.opts["segmentedLineMode"]) for item in items if isinstance(item, pg.PlotCurveItem)]
    for item in items:
        item.setExportMode(True, {"antialias": True, "resolutionScale": 1.0})
    for curve, _ in modes:
        curve.setSegmentedLineMode("off")
    try:
        yield
    finally:
        for item in items:
            item.setExportMode(False)
        for curve, mode in modes:
            curve.setSegmentedLineMode(mode)


def _draw_label(painter: QPainter, figure: pg.PlotWidget, label: QLabel) -> None:
    rect = QRect(label.mapTo(figure, label.contentsRect().topLeft()), label.contentsRect().size())
    rect.adjust(label.margin(), label.margin(), -label.margin(), -label.margin())
    text = label.text()
    if label.textFormat() == Qt.TextFormat.RichText or (
        label.textFormat() == Qt.TextFormat.AutoText and QtGui.Qt.mightBeRichText(text)
    ):
        document = QTextDocument()
        document.setHtml(text)
        text = document.toPlainText()
    wrap = Qt.TextFlag.TextWordWrap if label.wordWrap() else Qt.TextFlag.TextSingleLine
    if not label.wordWrap():
        text = label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.setFont(label.font())
    painter.setPen(label.palette().color(label.foregroundRole()))
    painter.drawText(rect, int(label.alignment()) | int(wrap), text)


def _with_scaled_strokes(svg: bytes) -> bytes:
    """Transform paths whose strokes keep their width at any scale into the drawing's own coordinates.

    Qt writes a curve in the units of its data, under a transformation, with ``vector-effect="non-scaling-stroke"``.
    Viewers that do not support it stretch the strokes with the data; in those that do, the lines of an enlarged
    drawing stay thin.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    root = ElementTree.fromstring(svg)
    for group in root.iter(f"{{{SVG}}}g"):
        match = MATRIX.fullmatch(group.get("transform", ""))
        if match is None or not any(child.get("vector-effect") == NON_SCALING for child in group):
            continue
        matrix = tuple(float(number) for number in match[1].split(","))
        transform = group.attrib.pop("transform")
        for child in group:
            name = POINTS_OF.get(child.tag)
            if name is not None and child.get("vector-effect") == NON_SCALING:
                child.set(name, _mapped(child.get(name, ""), matrix))
            else:
                child.set("transform", transform)
    for element in root.iter():
        element.attrib.pop("vector-effect", None)
        for child in [child for child in element if child.get("d") == ""]:
            element.remove(child)  # an empty clip path: valid, but Qt's own reader warns about it
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _mapped(points: str, matrix: tuple[float, ...]) -> str:
    """Return the pairs of numbers in ``points``, mapped by an SVG matrix; the text between them is kept."""
    a, b, c, d, e, f = matrix

    def mapped(pair: re.Match[str]) -> str:
        x, y = float(pair[1]), float(pair[2])
        return f"{a * x + c * y + e:.6g},{b * x + d * y + f:.6g}"

    return PAIR.sub(mapped, points)
