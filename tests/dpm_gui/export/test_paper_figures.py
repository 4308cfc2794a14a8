"""Films and figures of pictures, and which command opens what is shipped."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.values.runs import DriftFrame
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.export.paper_figures import ImageFigure, PaperFigure
from dpm_gui.session.figure_rows import ImageRows
from dpm_gui.views.canvases.images import ImagesView
from dpm_gui.views.canvases.points import PointsView
from tests.support.window_values import (
    IMAGES,
    close_figures,
    image_states,
    recordings,
)

SIDES = (FORWARD, REVERSE)


def views(scene: object) -> list[ImagesView]:
    return sorted(scene.findChildren(ImagesView), key=lambda view: (view.y(), view.x()))  # type: ignore[attr-defined]


def test_figure_three_has_a_row_each_and_says_the_steps(qtbot: QtBot) -> None:
    levels = np.random.default_rng(0).integers(0, 256, (4, 7, 4, 4))
    rows = ImageRows(12, 0.51, 40, *(image_states(row, IMAGES) for row in levels))
    figure = ImageFigure(rows, IMAGES, LIGHT, QSize(700, 500))
    qtbot.addWidget(figure, before_close_func=close_figures)
    shown = views(figure)
    assert [view.header.title for view in shown] == ["Examples", "Noised", "Denoised", "Samples"]
    assert shown[1].header.note == "t = 12 of 40, 51 % of the signal left"
    assert all(view.grid.columns == 7 for view in shown)
    for view, row in zip(shown, levels, strict=True):
        y, x = view.grid.corner(6)
        assert view.image.pixelColor(x + 2, y + 1).red() == row[6, 1, 2]
    assert figure.image().size() == QSize(700, 500)


def drifts(last: int) -> dict[int, DriftFrame]:
    places = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]], np.float32)
    return {t: DriftFrame(t, places, np.full((4, 2), 0.01 * t, np.float32)) for t in range(1, last + 1)}


def test_figure_one_is_forward_reverse_and_drift_at_three_steps(qtbot: QtBot) -> None:
    last = 4
    figure = PaperFigure(recordings(last), drifts(last), LIGHT, QSize(600, 620))
    qtbot.addWidget(figure, before_close_func=close_figures)
    views, expected = canvases(figure), recordings(last)
    assert [view.header.title for view in views] == [
        *(f"{letter}(xᵗ), t = {t}" for letter in "qp" for t in (0, 2, 4)),
        *(f"f_μ(x, t) − x, t = {t}" for t in (1, 2, 4)),
    ]
    for view, (side, t) in zip(views, [(side, t) for side in SIDES for t in (0, 2, 4)], strict=False):
        frame = expected[side].frame(t)
        assert frame is not None
        np.testing.assert_array_equal(view._cloud.points, frame.x)
    for view, t in zip(views[6:], (1, 2, 4), strict=True):
        tails, tips = view._drift.arrows
        np.testing.assert_allclose(tails, drifts(last)[t].x)
        np.testing.assert_allclose(tips - tails, view._drift.factor * drifts(last)[t].drift, rtol=1e-5)
        assert view.layer_shown("arrows")
    image = figure.image()
    assert (image.width(), image.height()) == (600, 620)


def canvases(scene: QWidget) -> list[PointsView]:
    """The canvases in the order in which they are read: by rows, from left to right."""
    return sorted(scene.findChildren(PointsView), key=lambda view: (view.y(), view.x()))
