"""Somebody wishes: for bits of a sequence, and for regions of the plane."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QToolButton

from core.runtime.assets import asset
from core.values.potentials import HalfPlane
from dpm_gui.paint.canvases.bit_canvas import FREE
from dpm_gui.paint.inpainting.bit_page import BitPage
from dpm_gui.paint.potential.document import PotentialDocument
from dpm_gui.paint.potential.page import PlanePage
from dpm_gui.paint.potential.parts import DiscPart, HalfPlanePart, ObservationPart, Part, Stroke
from dpm_gui.paint.potential.session import PotentialSession
from tests.support.painting import workspace_of
from tests.support.person import LEFT, RIGHT, Person, Start, child, click, drag, let_pass, press, type_in, wait_until
from tests.support.places import to_viewport


@pytest.fixture
def bits(start: Start) -> Person:
    """Someone in Paint before heartbeats, all of whose places are free."""
    person = start(asset("checkpoints/heartbeat_fast.h5"), count=100)
    wait_until(lambda: person.session.opened is not None)
    press("Ctrl+2")
    return person


@pytest.fixture
def plane(start: Start) -> Person:
    """Someone in Paint before the swiss roll, without a wish, all options quick."""
    person = start(count=100)
    wait_until(lambda: person.session.opened is not None)
    press("Ctrl+2")
    wishes_of(person).set_options(count=400)
    settle(person)
    return person


def wishes_of(person: Person) -> PotentialSession:
    return workspace_of(person).potential_session


def document_of(person: Person) -> PotentialDocument:
    return wishes_of(person).document


def parts_of(person: Person) -> tuple[Part, ...]:
    return document_of(person).potential.parts


def settle(person: Person) -> np.ndarray:
    """Wait until the newest wish has been run to its end, and return its points."""
    potential_session = wishes_of(person)
    wait_until(
        lambda: (
            not potential_session._debounce.stale and not potential_session.running and 0 in potential_session.frames
        )
    )
    return potential_session.frames[0].x


def plane_page(person: Person) -> PlanePage:
    page = workspace_of(person).page
    assert isinstance(page, PlanePage)
    return page


def bit_page(person: Person) -> BitPage:
    page = workspace_of(person).page
    assert isinstance(page, BitPage)
    return page


def sampled(person: Person) -> np.ndarray:
    """Wait until the newest wish has been filled in, and return the sequences."""
    paint = workspace_of(person).paint
    wait_until(
        lambda: not paint._debounce.stale and not paint.running and paint.result is not None and paint.result.final
    )
    return bit_page(person).canvas.samples


def at(person: Person, x: float, y: float) -> QPoint:
    return to_viewport(plane_page(person).canvas, QPointF(x, y)).toPoint()


def test_bits_that_are_clicked_are_obeyed_in_every_sample(bits: Person) -> None:
    canvas = bit_page(bits).canvas
    bit_page(bits).panel.particles.setValue(128)
    assert sampled(bits).shape == (16, 20)
    click(canvas, canvas.cell(3).center())
    click(canvas, canvas.cell(7).center())
    click(canvas, canvas.cell(7).center())
    assert canvas.wanted[[2, 3, 7]].tolist() == [FREE, 1, 0]
    found = sampled(bits)
    assert (found[:, 3] == 1).all()
    assert (found[:, 7] == 0).all()
    assert (found[:, [8, 13, 18]] == 1).mean() > 0.8  # one every fifth place: the model has learned it
    click(canvas, canvas.cell(3).center(), button=RIGHT)
    assert canvas.wanted[3] == FREE
    press("Ctrl+Z", "Ctrl+Z")
    assert canvas.wanted[[3, 7]].tolist() == [1, 1]
    press("Del")
    assert (canvas.wanted == FREE).all()
    press("Ctrl+Z")
    assert canvas.wanted[3] == 1


def test_bits_can_be_typed_and_weighted(bits: Person) -> None:
    page = bit_page(bits)
    page.canvas.setFocus()
    type_in("01")
    assert page.canvas.wanted[:3].tolist() == [0, 1, FREE]
    page.panel.particles.setValue(256)
    found = sampled(bits)
    assert (found[:, :2] == [0, 1]).all()
    assert page.panel.effective.text().endswith("of 256")


def test_points_flow_into_what_is_painted_and_out_of_it_when_it_is_undone(plane: Person) -> None:
    page, potential_session = plane_page(plane), wishes_of(plane)
    before = settle(plane)
    assert potential_session.acceptance == pytest.approx(0.0, abs=1e-6)
    drag(page.canvas.viewport(), at(plane, -2.0, 1.0), at(plane, -1.0, 1.0))
    (stroke,) = parts_of(plane)
    assert isinstance(stroke, Stroke)
    assert len(page.canvas.potential_item.lines)
    after = settle(plane)
    near, far = (np.mean(np.hypot(x[:, 0] + 1.5, x[:, 1] - 1.0) < 0.8) for x in (after, before))
    assert near > 2 * far
    assert potential_session.acceptance < -0.5
    assert "bits" in page.panel.acceptance.text()
    press("Ctrl+Z")
    assert not parts_of(plane)
    assert np.array_equal(settle(plane), before)


def test_a_half_plane_is_dragged_and_the_papers_kernels_are_one_switch_away(plane: Person) -> None:
    page, potential_session = plane_page(plane), wishes_of(plane)
    click(child(page.panel, QToolButton, "Half plane"))
    drag(page.canvas.viewport(), at(plane, 0.5, 0.0), at(plane, 1.5, 0.0))
    (half,) = parts_of(plane)
    assert isinstance(half, HalfPlanePart)
    assert half.offset == pytest.approx(0.5, abs=0.05)
    assert half.angle == pytest.approx(0.0, abs=5.0)
    assert isinstance(potential_session.spec.posterior.r, HalfPlane)
    assert (settle(plane) @ half.normal - half.offset).min() >= -0.05
    assert potential_session.acceptance < -0.5
    draws = child(page.panel, QComboBox, "Sampler")
    draws.setCurrentIndex(1)
    draws.activated.emit(1)
    assert (settle(plane) @ half.normal - half.offset).min() >= -0.05
    assert potential_session.acceptance is None
    assert "weighted" in page.panel.acceptance.text()


def test_nothing_is_run_of_what_is_passed_on_the_way_to_a_place(plane: Person) -> None:
    page, potential_session = plane_page(plane), wishes_of(plane)
    click(child(page.panel, QToolButton, "Disc"))
    started: list[tuple[Part, ...]] = []
    potential_session.started.connect(lambda: started.append(parts_of(plane)))
    viewport = page.canvas.viewport()
    QTest.mousePress(viewport, LEFT, pos=at(plane, 0.0, 1.0))
    potential_session.set_options(count=potential_session.count)  # whatever else would have it run
    let_pass(0.5)
    assert document_of(plane).drawn.parts[0].kind == "disc"
    assert not started
    QTest.mouseRelease(viewport, LEFT, pos=at(plane, 0.5, 1.0))
    settle(plane)
    (disc,) = parts_of(plane)
    assert started == [(disc,)]
    assert isinstance(disc, DiscPart)
    assert disc.radius == pytest.approx(0.5, abs=0.05)


def test_parts_add_up_and_are_switched_changed_and_removed_undoably(plane: Person) -> None:
    page, shown = plane_page(plane), plane_page(plane).panel.parts
    click(child(page.panel, QToolButton, "Disc"))
    drag(page.canvas.viewport(), at(plane, 0.0, 1.0), at(plane, 0.5, 1.0))
    inside = settle(plane)
    assert (np.hypot(inside[:, 0], inside[:, 1] - 1.0) < 0.85).mean() > 0.98
    click(child(page.panel, QToolButton, "Half plane"))
    drag(page.canvas.viewport(), at(plane, 0.0, 1.0), at(plane, 0.8, 1.0))
    both = settle(plane)
    assert (np.hypot(both[:, 0], both[:, 1] - 1.0) < 0.85).mean() > 0.95
    assert both[:, 0].min() > -0.05
    assert [shown.topLevelItem(place).text(0).split()[0] for place in (0, 1)] == ["Disc", "Half"]
    shown.setFocus()
    press("Space")  # switches the half plane, and does not play
    assert not parts_of(plane)[1].on
    assert not plane.player.playing
    press("Up", "Del")
    assert [part.kind for part in parts_of(plane)] == ["half_plane"]
    press("Ctrl+Z", "Ctrl+Z")
    assert [part.on for part in parts_of(plane)] == [True, True]
    press("Ctrl+Z", "Ctrl+Z")
    assert not parts_of(plane)
    click(child(page.panel, QToolButton, "Observation"))
    click(page.canvas.viewport(), at(plane, -1.6, -0.5))
    (seen,) = parts_of(plane)
    assert isinstance(seen, ObservationPart)
    assert (seen.x, seen.y) == pytest.approx((-1.6, -0.5), abs=0.05)
    assert np.abs(settle(plane).mean(axis=0) - (-1.6, -0.5)).max() < 0.5
    box = page.panel.numbers.boxes["observation"]["std"]
    for _ in range(3):
        box.stepUp()
    assert parts_of(plane)[0].std == pytest.approx(0.45)
    press("Ctrl+Z")  # the three steps are one change
    assert parts_of(plane) == (seen,)


def test_a_wish_that_the_model_gives_nothing_to_is_said_in_words(plane: Person) -> None:
    document_of(plane).add(HalfPlanePart(0.0, 1e6))
    settle(plane)
    assert plane_page(plane).panel.acceptance.text().startswith("below 2⁻²⁰⁰")
    press("Ctrl+Z")
    settle(plane)
    assert "100" in plane_page(plane).panel.acceptance.text()


def test_brush_keys_and_delete_belong_to_the_plane_too(plane: Person) -> None:
    page = plane_page(plane)
    size = page.panel.diameter.value()
    press("]")
    assert page.panel.diameter.value() > size
    drag(page.canvas.viewport(), at(plane, -1.0, 1.0), at(plane, 1.0, 1.0))
    assert parts_of(plane)
    page.canvas.setFocus()
    press("Space")
    assert plane.player.playing
    press("Space", "End", "Left")
    assert plane.player.t == plane.player.last - 1
    press("Del")
    assert not parts_of(plane)
    press("Ctrl+Z")
    assert parts_of(plane)
