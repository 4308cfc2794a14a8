"""A checkpoint of pictures: they dissolve and return, are looked at in four ways, enlarged, denoised and saved."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QSpinBox, QToolButton

from core.formats import checkpoints
from dpm_gui import __main__
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.views.canvases.images import ImagesView
from tests.support.person import Person, Start, child, choose_from, click, press, type_in, wait_until
from tests.support.pixels import frame_count
from tests.support.places import to_viewport
from tests.support.window_values import make_images

LAST, COUNT = 40, 16
LONG = 120
SIDES = (FORWARD, REVERSE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    checkpoints.save(make_images(LAST), tmp_path / "pictures.h5")
    return tmp_path / "pictures.h5"


@pytest.fixture
def person(start: Start, path: Path) -> Person:
    """Someone before sixteen small pictures, T = 40, which have been sampled and play."""
    person = start(path, count=COUNT)
    person.wait_for_run()
    return person


def view_of(person: Person, side: str) -> ImagesView:
    view = person.views[side]
    assert isinstance(view, ImagesView)
    return view


def pixel(view: ImagesView, image: int, row: int, column: int) -> QPoint:
    y, x = view.grid.corner(image)
    return to_viewport(view, QPointF(x + column + 0.5, -(y + row) - 0.5)).toPoint()


def readout(person: Person, side: str) -> str:
    return view_of(person, side).header.readout


def levels(person: Person, side: str) -> np.ndarray:
    """The values on show, one picture a row."""
    return view_of(person, side).table().columns["value"].reshape(COUNT, -1)


def is_example(person: Person, side: str) -> np.ndarray:
    """Which of the pictures on show are examples of the checkpoint, within a few grey levels."""
    examples = person.session.opened.checkpoint.data.examples.reshape(6, -1)
    distances = np.abs(levels(person, side)[:, None] - examples[None] - 0.5).max(axis=-1)
    return distances.min(axis=1) < 15


def test_pictures_dissolve_and_return(person: Person) -> None:
    assert "Small pictures · Gaussian, T = 40" in person.window.windowTitle()
    assert person.player.playing
    person.stand_on(0)
    assert is_example(person, FORWARD).all()
    assert is_example(person, REVERSE).mean() > 0.7
    person.stand_on(LAST)
    assert not any(is_example(person, side).any() for side in SIDES)
    assert any(label.text() == "Images" for label in person.window.findChildren(QLabel))


def test_four_keys_look_at_a_step_in_four_ways(person: Person) -> None:
    person.stand_on(20)
    noised = levels(person, FORWARD)
    press("2")
    wait_until(lambda: all(readout(person, side).startswith("x⁰ estimate") for side in SIDES))
    examples = person.session.recording(FORWARD).frame(0).x
    x0_estimate, state = (view_of(person, FORWARD)._frame.x, person.session.recording(FORWARD).frame(20).x)
    assert np.abs(x0_estimate - examples).mean() < np.abs(state - examples).mean()
    press("Right")
    wait_until(lambda: view_of(person, REVERSE).header.note == "t = 21")
    press("3")
    wait_until(lambda: all(readout(person, side).startswith("mean of the next step") for side in SIDES))
    press("4")
    assert all(readout(person, side).startswith("x²¹ − x²⁰ · −") for side in SIDES)
    press("1", "Left")
    assert np.array_equal(levels(person, FORWARD), noised)
    press("5")
    assert all("auto contrast: grey levels" in readout(person, side) for side in SIDES)


def test_a_picture_is_enlarged_on_both_sides_and_read_pixel_by_pixel(person: Person) -> None:
    person.stand_on(0)
    whole = view_of(person, FORWARD).region
    click(view_of(person, REVERSE).viewport(), pixel(view_of(person, REVERSE), 6, 3, 3))
    for side in SIDES:
        assert view_of(person, side).enlarged_image == 6
    view = view_of(person, FORWARD)
    QTest.mouseMove(view.window().windowHandle(), view.viewport().mapTo(view.window(), pixel(view, 6, 2, 5)))
    wait_until(lambda: "row 3, column 6" in readout(person, FORWARD))
    value = levels(person, FORWARD)[6].reshape(8, 8)[2, 5]
    assert readout(person, FORWARD) == f"image 7, row 3, column 6: {int(value)}"
    press("Esc")
    assert [view_of(person, side).enlarged_image for side in SIDES] == [-1, -1]
    click(view_of(person, FORWARD).viewport(), pixel(view_of(person, FORWARD), 0, 3, 3))
    assert view_of(person, REVERSE).enlarged_image == 0
    press("F")
    assert view_of(person, REVERSE).enlarged_image == -1
    assert view_of(person, FORWARD).region == whole


def test_noised_examples_are_denoised_and_that_is_taken_back(person: Person) -> None:
    person.stand_on(15)
    samples = person.recording(REVERSE).frame(0).x.copy()
    press("D")
    wait_until(lambda: person.recording(REVERSE).top == 15)
    person.wait_for_run()
    assert view_of(person, REVERSE).header.note == "t = 15 · denoised from t = 15"
    noised, start = (person.recording(side).frame(15).x for side in SIDES)
    assert np.array_equal(noised, start)
    press("Home")
    ends = [person.recording(side).frame(0).x for side in SIDES]
    assert (np.abs(ends[0] - ends[1]).max(axis=(1, 2)) < 0.3).mean() > 0.8
    press("Ctrl+Z")
    wait_until(lambda: person.recording(REVERSE).top == LAST)
    person.wait_for_run()
    assert np.array_equal(person.recording(REVERSE).frame(0).x, samples)
    press("Ctrl+Shift+Z")
    wait_until(lambda: person.recording(REVERSE).top == 15)
    person.wait_for_run()
    choose_from(child(person.window, QToolButton, "More: start of the reverse"), "Back to pure noise")
    wait_until(lambda: person.recording(REVERSE).top == LAST)
    person.wait_for_run()
    assert person.session.spec.denoise_from is None


def shows_images(person: Person, count: int) -> bool:
    return view_of(person, REVERSE).grid.count == count


def test_one_picture_or_four_hundred_can_be_asked_for(person: Person) -> None:
    field = child(person.window, QSpinBox, "Number of images")
    for count in (1, 400):
        click(field)
        press("Ctrl+A")
        type_in(str(count))
        press("Return")
        wait_until(partial(shows_images, person, count))
        person.wait_for_run()
    assert person.recording(REVERSE).frame(0).x.shape == (400, 8, 8)


def test_of_a_long_chain_a_preview_comes_first_and_the_chain_replaces_it(start: Start, tmp_path: Path) -> None:
    checkpoints.save(make_images(LONG, count=512), tmp_path / "long.h5")
    person = start(tmp_path / "long.h5", count=64)
    wait_until(lambda: "preview of 16 of 64 in 50 steps" in person.views[REVERSE].header.note)
    person.pause()
    wait_until(lambda: person.session.recording(REVERSE).shown_range[0] == 0)
    person.wait_for_run()
    person.stand_on(61)
    assert view_of(person, REVERSE).header.note == "t = 61"
    assert person.recording(REVERSE).preview is None


@pytest.mark.parametrize("suffix", ["gif", "png"])
def test_a_film_and_figure_3_need_no_display(path: Path, tmp_path: Path, suffix: str, qapp: object) -> None:
    out = tmp_path / f"pictures.{suffix}"
    assert __main__.main([str(path), "--render", str(out), "--size", "640x400"]) == 0
    with Image.open(out) as image:
        assert image.size == (640, 400)
        assert (frame_count(image) > LAST) == (suffix == "gif")
