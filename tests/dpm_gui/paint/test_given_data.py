"""Data that are given in Watch are the examples of Paint, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.paint.page import PaintPage
from dpm_gui.session.session import Session
from tests.support.given_data import write_images, write_points
from tests.support.window_values import FEW, open_and_run
from tests.support.workspaces import shown_page


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> Iterator[PaintPage]:
    made = shown_page(PaintPage, session, qtbot, (1000, 700))
    made.paint.set_options(automatic=False)
    yield made
    made.shut_down()


def shown_image(page: PaintPage) -> np.ndarray:
    return page.paint.document.image.values


def test_the_next_example_is_one_of_the_given_images_and_the_document_stays_until_then(
    page: PaintPage, session: Session, path: str, trusted: None, tmp_path: Path, qtbot: QtBot
) -> None:
    session._spec = FEW
    open_and_run(session, path, qtbot)
    before = shown_image(page).copy()
    with qtbot.waitSignals([session.data_changed, session.run_ended]):
        session.open_data(write_images(tmp_path))
    assert np.array_equal(shown_image(page), before)
    levels = np.load(tmp_path / "images.npy")
    for number in (0, 1, 2, 3, 4, 0):
        page.paint.show_example(1)
        assert np.array_equal(shown_image(page), levels[number])
    page.paint.show_example(-1)
    assert np.array_equal(shown_image(page), levels[4])
    session.data_reader.use_model_data()
    assert session.opened is not None
    page.paint.show_example(-1)
    assert np.array_equal(shown_image(page), session.opened.checkpoint.data.examples[-1])


def test_the_given_points_are_those_in_the_plane(
    page: PaintPage, session: Session, files: dict[str, str], trusted: None, tmp_path: Path, qtbot: QtBot
) -> None:
    open_and_run(session, files["small"], qtbot)
    assert session.opened is not None
    examples = session.opened.checkpoint.data.examples
    points = page.plane.canvas._data_points
    assert np.array_equal(points.points, examples)
    with qtbot.waitSignals([session.data_changed, session.run_ended]):
        session.open_data(write_points(tmp_path))
    assert np.allclose(np.hypot(*points.points.T), 7.0, atol=1e-5)
    session.data_reader.use_model_data()
    assert np.array_equal(points.points, examples)
