"""Parts of the potential over the plane: what is placed is what r says, and what is asked of the engine."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.values.potentials import HalfPlane, NoisyObservation, PaintedField, Product, factors_of
from dpm_gui.paint.potential.parts import (
    DISC_EDGE_STD,
    MOST_NATS,
    DiscPart,
    HalfPlanePart,
    ObservationPart,
    Part,
    Stroke,
    log_normal_cdf,
    stroke_of,
)
from dpm_gui.paint.potential.plane_potential import PlanePotential, posterior
from dpm_gui.paint.potential.soft_field import EXTENT, GRID_POINTS, BrushStroke

HALF, DISC, SEEN = HalfPlanePart(90.0, 0.5, 0.2), DiscPart(0.0, 1.0, 0.8), ObservationPart(0.5, 0.5, 0.4)


def stroke(amount: float, *places: tuple[float, float]) -> Stroke:
    brush = BrushStroke()
    for place in places:
        weight = brush.move(*place, 1.0)
    return Stroke(weight, amount)


def value_at(log_r: np.ndarray, x: float, y: float) -> float:
    """Return ln r at the nearest point of the grid."""
    axis = np.linspace(EXTENT[0], EXTENT[1], GRID_POINTS)
    return float(log_r[np.abs(axis - y).argmin(), np.abs(axis - x).argmin()])


def test_drags_place_half_planes_and_discs_and_clicks_keep_their_size() -> None:
    half = HalfPlanePart().placed((0.5, 0.0), (1.5, 1.0))
    assert (half.angle, half.offset) == (pytest.approx(45.0), pytest.approx(0.5 / math.sqrt(2.0)))
    clicked = HalfPlanePart(90.0).placed((0.3, 0.7), (0.31, 0.7))
    assert (clicked.angle, clicked.offset) == (90.0, pytest.approx(0.7))
    assert DiscPart(radius=0.4).placed((0.0, 0.0), (0.01, 0.0)).radius == 0.4
    assert DiscPart().placed((0.0, 0.0), (0.3, 0.4)).radius == pytest.approx(0.5)
    assert DiscPart().placed((4.5, -9.0), (4.5, -9.0)) == DiscPart(3.0, -3.0)  # at the edge of the grid
    assert ObservationPart().placed((0.0, 0.0), (1.0, 1.0)) == ObservationPart(1.0, 1.0)


def test_each_part_says_its_name_and_its_numbers() -> None:
    assert HalfPlanePart(30.0, -0.2, 0.1).words() == "Half plane, angle 30°, offset −0.20, soft 0.10"
    assert HalfPlanePart().words() == "Half plane, angle 0°, offset 0.00"
    assert DISC.words() == "Disc around (0.00, 1.00), radius 0.80"
    assert ObservationPart(0.3, -0.2, 0.1).words() == "Observation x = (0.30, −0.20) ± 0.10"
    assert stroke(4.0, (1.0, -1.0)).words() == "Attract, 4.0 nats around (1.00, −1.00)"
    assert stroke(-2.5, (0.0, 0.0)).words().startswith("Repel, 2.5 nats around ")
    assert stroke_of(np.array([[-3.0, 1.0], [0.0, 0.0]])).words() == "Painted field, up to 3.0 nats"


def test_what_is_asked_of_the_engine_is_every_part_that_is_on() -> None:
    off = HalfPlanePart(10.0, on=False)
    potential = PlanePotential((HALF, off, DISC, stroke(-2.0, (0.0, -1.0)), SEEN, HalfPlanePart(180.0, -2.0)))
    r = potential.to_potential()
    assert isinstance(r, Product)
    field, half, seen, left = factors_of(r)
    assert isinstance(half, HalfPlane)
    assert half.normal == pytest.approx([0.0, 1.0])
    assert (half.offset, half.softness) == (0.5, 0.2)
    assert isinstance(left, HalfPlane)
    assert left.normal == pytest.approx([-1.0, 0.0])
    assert isinstance(seen, NoisyObservation)
    assert (seen.y.tolist(), seen.std) == ([0.5, 0.5], 0.4)
    assert isinstance(field, PaintedField)
    assert value_at(field.log_r, 0.0, 1.0) == 0.0
    assert value_at(field.log_r, 0.0, -1.0) == pytest.approx(-40.0 - 2.0, abs=0.1)
    assert isinstance(PlanePotential((HALF,)).to_potential(), HalfPlane)
    assert isinstance(PlanePotential((off,)).to_potential(), PaintedField)  # r = 1


def test_ln_r_on_the_plane_is_the_sum_of_the_parts() -> None:
    potential = PlanePotential((HALF, DISC, SEEN, stroke(3.0, (0.0, 1.0))))
    log_r = potential.log_r()
    assert log_r.max() == 0.0

    def by_definition(x: float, y: float) -> float:
        inside = 0.5 * math.erfc(-(y - 0.5) / 0.2 / math.sqrt(2.0))
        beyond = max(math.hypot(x, y - 1.0) - 0.8, 0.0) / DISC_EDGE_STD
        observed = -0.5 * ((x - 0.5) ** 2 + (y - 0.5) ** 2) / 0.4**2
        brush = 0.5 + 0.5 * math.cos(2 * math.pi * min(math.hypot(x, y - 1.0), 0.5))
        return math.log(inside) - 0.5 * beyond**2 + observed + 3.0 * brush

    axis = np.linspace(EXTENT[0], EXTENT[1], GRID_POINTS)
    places = [(axis[i], axis[j]) for i, j in ((50, 60), (55, 58), (44, 66), (52, 52))]
    found = np.array([value_at(log_r, *place) for place in places])
    wanted = np.array([by_definition(*place) for place in places])
    np.testing.assert_allclose(found - found[0], wanted - wanted[0], atol=0.1)
    assert PlanePotential().log_r().max() == PlanePotential().log_r().min() == 0.0


@pytest.mark.parametrize("part", [HALF, DISC, SEEN, stroke(2.0, (0.5, 0.5))])
def test_a_part_that_is_off_changes_nothing(part: Part) -> None:
    from dataclasses import replace

    others = PlanePotential((DISC,))
    off = others.with_part(replace(part, on=False))
    assert np.array_equal(off.log_r(), others.log_r())
    assert off.offset() == others.offset()
    assert len(list(factors_of(off.to_potential()))) == 1


def test_strokes_together_have_a_limit_and_r_is_at_most_one() -> None:
    many = PlanePotential((*[stroke(10.0, (0.0, 0.0))] * 3, *[stroke(-10.0, (1.5, 0.0))] * 3))
    field = many.to_potential()
    assert isinstance(field, PaintedField)
    assert field.log_r.max() == 0.0
    assert value_at(field.log_r, 0.0, 2.0) == pytest.approx(-MOST_NATS)
    assert field.log_r.min() == pytest.approx(-2 * MOST_NATS)


def test_weights_look_ahead_where_there_is_something_to_look_for() -> None:
    half = PlanePotential((HALF,))
    assert (posterior(half, True).timing, posterior(half, True).weighted) == ("twisted", True)
    assert (posterior(half, False).timing, posterior(half, False).weighted) == ("constant", False)
    assert posterior(PlanePotential(), True).timing == "constant"


def test_observations_are_accepted_as_if_their_densities_were_one_at_their_middles() -> None:
    assert PlanePotential((ObservationPart(std=0.5),)).offset() == pytest.approx(math.log(2 * math.pi * 0.25))
    both = PlanePotential((ObservationPart(std=0.5), ObservationPart(std=2.0), DISC))
    assert both.offset() == pytest.approx(math.log(2 * math.pi * 0.25) + math.log(2 * math.pi * 4.0))


def test_the_outline_of_a_part_is_where_it_is() -> None:
    border = HALF.outline()
    assert border[:, [1, 3]] == pytest.approx(0.5)
    assert np.ptp(border[:, [0, 2]]) > 10.0
    edge = DISC.outline()
    assert np.hypot(edge[:, 0], edge[:, 1] - 1.0) == pytest.approx(0.8)
    circle = SEEN.outline()[:-2]
    assert np.hypot(circle[:, 0] - 0.5, circle[:, 1] - 0.5) == pytest.approx(0.4)
    around = stroke(2.0, (0.5, 0.5)).outline()
    assert 0.15 < np.hypot(around[:, 0] - 0.5, around[:, 1] - 0.5).mean() < 0.4


def test_the_normal_integral_that_is_drawn_is_right() -> None:
    z = np.linspace(-8.0, 6.0, 57)
    wanted = [math.log(0.5 * math.erfc(-each / math.sqrt(2.0))) for each in z]
    np.testing.assert_allclose(log_normal_cdf(z), wanted, atol=2e-3)
