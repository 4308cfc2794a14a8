"""Samples are large enough to be judged: they scroll where not all fit, and the chosen one is shown larger."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollBar
from pytestqt.qtbot import QtBot

from core.values.inpainting import InpaintingFrame
from dpm_gui.paint.results.results import InpaintResults
from dpm_gui.paint.results.samples import LEAST_SAMPLE, LargerTile, SamplePane
from dpm_gui.paint.results.summary import summarise
from dpm_gui.paint.results.tiles import Tile


def tiles(count: int, side: int) -> list[Tile]:
    levels = np.zeros((side, side), np.uint8)
    return [Tile(levels, levels, f"Sample {number}") for number in range(1, count + 1)]


@pytest.fixture
def pane(qtbot: QtBot) -> SamplePane:
    made = SamplePane(None)
    qtbot.addWidget(made)
    made.resize(440, 420)
    made.show()
    return made


@pytest.mark.parametrize("count", [1, 4, 16])
@pytest.mark.parametrize("side", [12, 28, 32, 64, 500])
def test_each_sample_has_160_pixels_at_least_and_all_are_within_reach(count: int, side: int, pane: SamplePane) -> None:
    grid = pane.grid
    size = grid.size()
    grid.show_tiles(tiles(count, side))
    assert grid.size() == size  # a scroll bar moves nothing
    for index in range(count):
        grid.choose(index)
        place = grid.place_of(index)
        assert grid.rect().contains(place)
        assert place.width() == place.height() >= LEAST_SAMPLE
        assert place.width() % side == 0 or side > LEAST_SAMPLE


def test_samples_that_do_not_fit_scroll_by_bar_wheel_and_keys(pane: SamplePane) -> None:
    grid, bar = pane.grid, pane.findChild(QScrollBar)
    grid.show_tiles(tiles(4, 28))
    assert not bar.isVisible()
    grid.show_tiles(tiles(16, 28))
    assert bar.isVisible()
    first = grid.place_of(0)
    bar.setValue(100)
    assert grid.place_of(0) == first.translated(0, -100)
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.choice == 2
    grid.show_tiles(tiles(4, 28))
    assert not bar.isVisible()
    assert grid.rect().contains(grid.place_of(0))


def test_the_chosen_sample_is_shown_larger_by_return_and_closed_by_it(qtbot: QtBot) -> None:
    results = InpaintResults()
    qtbot.addWidget(results)
    results.resize(460, 600)
    results.show()
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (4, 28, 28)).astype(np.float32)
    results.show_summary(summarise(InpaintingFrame(0, images), (0.0, 255.0), 1.0))
    results.samples.choose(2)
    QTest.keyClick(results.samples, Qt.Key.Key_Return)
    larger = results.findChild(LargerTile)
    assert larger.accessibleName() == "Sample 3, larger"
    assert larger.width() > 2 * results.samples.place_of(2).width() * 0.8
    with qtbot.waitSignal(larger.destroyed):
        QTest.keyClick(larger, Qt.Key.Key_Return)
