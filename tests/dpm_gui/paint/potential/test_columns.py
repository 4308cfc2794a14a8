"""A potential acts on the pair of columns on show, and on no other column."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.values.potentials import HalfPlane, NoisyObservation, PaintedField
from dpm_gui.paint.page import PaintPage
from dpm_gui.paint.potential.page import ONE_COLUMN
from dpm_gui.paint.potential.parts import DiscPart, HalfPlanePart, ObservationPart
from dpm_gui.paint.potential.plane_potential import PlanePotential
from dpm_gui.session.session import Session
from tests.support.columns import NAMES, save_points
from tests.support.window_values import open_and_run
from tests.support.workspaces import shown_page


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> Iterator[PaintPage]:
    made = shown_page(PaintPage, session, qtbot, (1000, 700))
    yield made
    made.shut_down()


def test_a_half_plane_an_observation_and_a_disc_say_nothing_of_the_other_columns() -> None:
    half = PlanePotential((HalfPlanePart(90.0, 1.2),)).to_potential((3, 1), 5)
    assert isinstance(half, HalfPlane)
    assert half.normal == pytest.approx([0.0, 1.0, 0.0, 0.0, 0.0])
    assert half.offset == pytest.approx(1.2)
    seen = PlanePotential((ObservationPart(0.5, 0.25),)).to_potential((3, 1), 5)
    assert isinstance(seen, NoisyObservation)
    assert seen.observed is not None
    assert seen.observed.tolist() == [False, True, False, True, False]
    assert seen.y.tolist() == [0.0, 0.25, 0.0, 0.5, 0.0]
    disc = PlanePotential((DiscPart(),)).to_potential((3, 1), 5)
    assert isinstance(disc, PaintedField)
    assert disc.columns == (3, 1)


@pytest.mark.parametrize("weighted", [True, False])
def test_points_are_sampled_under_r_over_the_pair_on_show(
    page: PaintPage, session: Session, qtbot: QtBot, tmp_path: Path, trusted: None, weighted: bool
) -> None:
    open_and_run(session, save_points(tmp_path, 3, NAMES), qtbot)
    assert page.plane.chooser.isVisible()
    potentials = page.potential_session
    potentials.set_options(weighted=weighted, count=300, automatic=False)
    page.set_in_view(True)
    potentials.document.add(HalfPlanePart(0.0, 0.3))
    page.plane.chooser.chosen.emit((2, 0))
    assert session.columns.shown == (2, 0)
    with qtbot.waitSignal(potentials.ended) as ended:
        potentials.run()
    assert ended.args == [None]
    x = potentials.frames[0].x
    assert x.shape == (300, 3)
    assert (x[:, 2] >= 0.3).mean() > 0.9
    assert (x[:, 0] >= 0.3).mean() < 0.9
    np.testing.assert_array_equal(page.plane.canvas._cloud.points, x[:, [2, 0]])
    page.plane.chooser.chosen.emit((1, 2))
    np.testing.assert_array_equal(page.plane.canvas._cloud.points, x[:, [1, 2]])


def test_points_of_one_column_say_why_nothing_can_be_painted(
    page: PaintPage, session: Session, qtbot: QtBot, tmp_path: Path, trusted: None
) -> None:
    open_and_run(session, save_points(tmp_path, 1), qtbot)
    assert not page.plane.canvas.isVisible()
    assert not page.plane.panel.isEnabled()
    assert page.plane.panel.toolTip() == ONE_COLUMN
    page.run()
    assert not page.potential_session.running
    open_and_run(session, save_points(tmp_path, 2), qtbot)
    assert page.plane.canvas.isVisible()
    assert page.plane.panel.isEnabled()
    assert page.plane.panel.toolTip() == ""


def test_the_plane_needs_no_room_for_the_page_of_images(
    page: PaintPage, session: Session, qtbot: QtBot, tmp_path: Path, trusted: None
) -> None:
    open_and_run(session, save_points(tmp_path, 2), qtbot)
    assert page._pages.minimumSizeHint().width() == page.plane.minimumSizeHint().width()
    assert page.plane.minimumSizeHint().width() < 1000
