"""The results of filling in: tiles as large as they go, the mean, and the map of what is uncertain."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.values.inpainting import InpaintingFrame
from dpm_gui.desktop.appearance import qt_palette
from dpm_gui.desktop.theme import DARK, LIGHT, Palette
from dpm_gui.paint.results.results import InpaintResults, colours_of
from dpm_gui.paint.results.summary import std_of, summarise
from dpm_gui.paint.results.tiles import Tile, TileGrid


def tiles(count: int, shape: tuple[int, ...] = (6, 6)) -> list[Tile]:
    rng = np.random.default_rng(0)
    levels = rng.integers(0, 256, (count, *shape)).astype(np.uint8)
    return [Tile(each, each.astype(np.float32), f"Sample {number}") for number, each in enumerate(levels, 1)]


@pytest.fixture
def grid(qtbot: QtBot) -> TileGrid:
    made = TileGrid("Samples", choosable=True)
    made.resize(300, 200)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.mark.parametrize("count", [1, 2, 4, 7, 16])
@pytest.mark.parametrize("shape", [(6, 6), (4, 12), (20, 5, 3)])
def test_tiles_lie_side_by_side_within_the_grid_and_in_proportion(
    count: int, shape: tuple[int, ...], grid: TileGrid
) -> None:
    grid.show_tiles(tiles(count, shape))
    places = [grid.place_of(index) for index in range(count)]
    for index, place in enumerate(places):
        assert grid.rect().contains(place)
        assert not any(place.intersects(other) for other in places[index + 1 :])
        assert place.width() / place.height() == pytest.approx(shape[1] / shape[0], rel=0.1)


def test_a_tile_is_chosen_by_mouse_and_keys_and_kept_by_a_double_click(grid: TileGrid, qtbot: QtBot) -> None:
    grid.show_tiles(tiles(4))
    chosen: list[int] = []
    grid.chosen.connect(chosen.append)
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.place_of(2).center())
    QTest.keyClick(grid, Qt.Key.Key_Up)
    assert chosen[0] == 2
    with qtbot.waitSignal(grid.keep_asked) as kept:
        QTest.mouseDClick(grid, Qt.MouseButton.LeftButton, pos=grid.place_of(3).center())
    assert kept.args == [3]
    grid.show_tiles(tiles(1))
    assert grid.choice == 0


def test_the_tip_tells_a_pixels_place_and_value(grid: TileGrid) -> None:
    some = tiles(2)
    grid.show_tiles(some)
    place = grid.place_of(1)
    tip = grid._tip(place.topLeft())
    assert tip == f"Sample 2: row 1, column 1: {some[1].values[0, 0]:.4g}"
    assert grid._tip(place.bottomRight()).startswith("Sample 2: row 6, column 6: ")


def test_the_spread_is_the_samples_own_and_of_colours_their_root_mean_square() -> None:
    rng = np.random.default_rng(1)
    grey = rng.normal(size=(5, 4, 3))
    assert np.allclose(std_of(grey), grey.std(axis=0, ddof=1))
    colour = np.repeat(grey[..., None], 3, axis=3)
    assert np.allclose(std_of(colour), std_of(grey))


def test_results_show_samples_mean_and_spread_and_their_scale(qtbot: QtBot) -> None:
    results = InpaintResults()
    qtbot.addWidget(results)
    results.set_palette(DARK)
    images = np.zeros((4, 5, 5), np.float32)
    images[:, 2, 2] = 0.0, 100.0, 200.0, 100.0
    results.show_summary(summarise(InpaintingFrame(0, images), (0.0, 255.0), 1.0))
    assert [int(tile.levels[2, 2]) for tile in results.samples.tiles] == [0, 100, 200, 100]
    assert results.mean.tiles[0].levels[2, 2] == 100
    assert results.bar.top == pytest.approx(np.std([0, 100, 200, 100], ddof=1))
    colours = colours_of(DARK)
    assert (results.std.tiles[0].levels[2, 2] == colours[255]).all()
    assert (results.std.tiles[0].levels[0, 0] == colours[0]).all()
    results.show_summary(summarise(InpaintingFrame(0, images * 1e-4), (0.0, 255.0), 1.0))
    assert results.bar.top == 1.0  # a level: what differs by less is nothing to be shown in the brightest colour
    results.show_summary(None)
    assert results.samples.tiles == ()
    assert not results.keep_button.isEnabled()


def test_the_map_of_the_spread_is_made_with_the_digest_and_ends_at_a_level_at_least() -> None:
    rng = np.random.default_rng(2)
    images = rng.uniform(-1.0, 1.0, (5, 4, 3)).astype(np.float32)
    made = summarise(InpaintingFrame(0, images), (-1.0, 1.0), None)
    assert made is not None
    assert made.std_top == pytest.approx(images.std(axis=0, ddof=1).max())
    assert made.std_levels.dtype == np.uint8
    assert (made.std_levels == np.floor(made.std * (255 / made.std_top))).all()
    same = summarise(InpaintingFrame(0, np.zeros((2, 4, 3), np.float32)), (-1.0, 1.0), None)
    assert same is not None
    assert same.std_top == 2.0 / 255
    assert not same.std_levels.any()
    single = summarise(InpaintingFrame(0, images[:1]), (-1.0, 1.0), None)
    assert single is not None
    assert (single.std, single.std_levels, single.std_top) == (None, None, None)


def test_a_menu_saves_the_tile_that_it_was_opened_on_and_keeps_none_that_is_gone(grid: TileGrid) -> None:
    old = tiles(9)
    grid.show_tiles(old)
    saved: list[Tile] = []
    kept: list[int] = []
    grid.save_asked.connect(saved.append)
    grid.keep_asked.connect(kept.append)
    place = grid.place_of(8).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, grid.mapToGlobal(place))
    QApplication.sendEvent(grid, event)
    menu = grid.findChild(QMenu)
    grid.show_tiles(tiles(2))
    for action in menu.actions():
        action.trigger()
    assert saved == [old[8]]
    assert saved[0] is old[8]
    assert kept == []
    menu.close()


def test_hundreds_of_tiles_are_laid_out_once(grid: TileGrid, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []
    largest = TileGrid._largest_grid
    monkeypatch.setattr(TileGrid, "_largest_grid", lambda self: (asked.append(None), largest(self))[1])
    grid.show_tiles(tiles(400))
    grid.grab()
    assert grid._at(grid.place_of(399).center()) == 399
    assert len(asked) == 1
    grid.resize(200, 300)
    grid.grab()
    assert len(asked) == 2


def test_each_pixel_of_a_tile_takes_as_many_pixels_of_the_screen(qtbot: QtBot) -> None:
    grid = TileGrid("Samples")
    qtbot.addWidget(grid)
    grid.resize(300, 150)
    grid.show_tiles([Tile(np.zeros((28, 20), np.uint8), np.zeros((28, 20)), str(number)) for number in range(4)])
    place = grid.place_of(0)
    assert (place.width() % 20, place.height() % 28) == (0, 0)
    assert place.height() // 28 == place.width() // 20 >= 2


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("level", [0, 255])
def test_the_chosen_sample_has_a_frame_beside_black_and_beside_white(
    palette: Palette, level: int, qtbot: QtBot
) -> None:
    grid = TileGrid("Samples", choosable=True)
    qtbot.addWidget(grid)
    grid.set_palette(palette)
    grid.setPalette(qt_palette(palette))
    grid.setAutoFillBackground(True)
    grid.resize(300, 150)
    grid.show_tiles([Tile(np.full((28, 28), level, np.uint8), np.zeros((28, 28)), str(number)) for number in range(2)])
    image, place = grid.grab().toImage(), grid.place_of(0)
    frame, gap = (QColor(image.pixel(place.left() - away, place.center().y())).lightness() for away in (3, 2))
    ink = QColor(palette.ink).lightness()
    assert abs(frame - ink) < 10
    assert abs(gap - ink) > 100
