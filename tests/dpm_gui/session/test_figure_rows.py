"""The rows of figure 3: those of the run, and what the run has not got is computed."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.errors import BadInputError
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.figure_rows import half_noised
from dpm_gui.session.session import Session
from tests.support.window_values import (
    FEW,
    Steered,
)


def test_half_noised_is_where_half_of_the_signal_is_left() -> None:
    assert half_noised(np.array([1.0, 0.9, 0.55, 0.2])) == 2
    assert half_noised(np.array([1.0, 0.1])) == 1


def test_the_rows_of_the_figure_are_those_of_the_run_and_what_it_has_not_got_is_computed(
    images: Session, qtbot: QtBot
) -> None:
    assert not images.figure_ready
    images.compute_figure()
    images.compute_figure()
    qtbot.waitUntil(lambda: images.figure_ready)
    rows, opened = images.image_rows.rows, images.opened
    assert rows is not None
    assert opened is not None
    assert abs(rows.signal - 0.5) == np.abs(opened.alpha_bars[1:] - 0.5).min()
    assert np.array_equal(rows.examples, images.recording(FORWARD).frame(0).x)
    assert np.array_equal(rows.noised, images.recording(FORWARD).frame(rows.t).x)
    assert np.array_equal(rows.samples, images.recording(REVERSE).frame(0).x)
    assert rows.denoised.shape == rows.examples.shape
    assert np.abs(rows.denoised - rows.examples).mean() < np.abs(rows.noised - rows.examples).mean()


def test_a_run_that_denoises_gives_its_own_row_and_samples_are_computed(images: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(images.run_ended):
        images.edit(denoise_from=7)
    images.compute_figure()
    qtbot.waitUntil(lambda: images.figure_ready)
    rows = images.image_rows.rows
    assert rows is not None
    assert rows.t == 7
    assert np.array_equal(rows.denoised, images.recording(REVERSE).frame(0).x)
    assert rows.samples.shape == rows.examples.shape


def test_a_figure_of_a_run_that_has_not_ended_is_refused(
    session: Session, steered: Steered, path: str, trusted: None, qtbot: QtBot
) -> None:
    session._spec = FEW
    steered.at_once = 3
    with qtbot.waitSignal(session.frames_added):
        session.open(path)
    with pytest.raises(BadInputError, match="the run has not finished"):
        session.compute_figure()
