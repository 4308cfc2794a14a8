"""The swiss roll and its known answers; examples that a checkpoint carries."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import numpy as np
import pytest

from core.data import formulas
from core.data import formulas as formulas_module
from core.data.formulas import SwissRoll
from core.data.registry import places_along, source_of
from core.data.sources import Examples
from core.recipes.paper import swiss_roll
from core.values.checkpoints import DataInfo

COUNT = 100_000


@pytest.fixture
def roll() -> SwissRoll:
    return SwissRoll()


@pytest.fixture(scope="module")
def info() -> DataInfo:
    return swiss_roll().info


def test_the_curve_is_the_roll_s_formula(roll: SwissRoll) -> None:
    along = np.array([0.0, 0.5, 1.0])
    angle = np.array([1.5, 3.0, 4.5]) * math.pi
    assert np.allclose(roll.curve(along), np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=1))


def test_samples_lie_on_the_curve_evenly_in_its_angle(roll: SwissRoll) -> None:
    points = roll.sample(COUNT, np.random.default_rng(1))
    assert points.dtype == np.float32
    radius = np.hypot(points[:, 0], points[:, 1]).astype(np.float64)
    assert np.allclose(radius * np.cos(radius), points[:, 0], atol=1e-3)
    along = (radius / (1.5 * math.pi) - 1) / 2
    shares = np.histogram(along, bins=20, range=(0, 1))[0] / COUNT
    assert (np.abs(shares - 0.05) < 4 * math.sqrt(0.05 * 0.95 / COUNT)).all()


def test_along_inverts_the_curve(roll: SwissRoll) -> None:
    places = np.linspace(0, 1, 5001)
    found = roll.along(roll.curve(places).astype(np.float32))
    assert found.dtype == np.float32
    assert np.allclose(found, places, atol=1e-6)


def test_along_of_a_point_near_the_roll_is_a_place_near_the_nearest(roll: SwissRoll) -> None:
    rng = np.random.default_rng(2)
    points = (roll.curve(rng.random(400)) + rng.normal(scale=0.5, size=(400, 2))).astype(np.float32)
    fine = roll.curve(np.linspace(0, 1, 20_001))
    nearest = np.sqrt(np.square(points[:, None] - fine).sum(-1).min(axis=1))
    found = np.sqrt(np.square(points - roll.curve(roll.along(points).astype(np.float64))).sum(-1))
    assert (found <= 1.1 * nearest + 0.05).all()


def test_along_answers_anywhere_in_the_plane(roll: SwissRoll) -> None:
    points = np.array([[0, 0], [1e6, -1e6], [-0.0, 0.0], [0, -4.7]], dtype=np.float32)
    found = roll.along(points)
    assert ((found >= 0) & (found <= 1)).all()


def test_the_standardisation_is_that_of_samples_within_three_standard_errors(roll: SwissRoll) -> None:
    shift, scale = roll.standardisation()
    z = (roll.sample(COUNT, np.random.default_rng(3)) - shift) / scale
    assert (np.abs(z.mean(axis=0)) < 3 / math.sqrt(COUNT)).all()
    squares = np.square(z)
    assert (np.abs(squares.mean(axis=0) - 1) < 3 * squares.std(axis=0) / math.sqrt(COUNT)).all()


def test_the_standardisation_is_the_integral_in_closed_form(roll: SwissRoll) -> None:
    def mean(antiderivative: Callable[[float], float]) -> float:
        begin, end = 1.5 * math.pi, 4.5 * math.pi
        return (antiderivative(end) - antiderivative(begin)) / (end - begin)

    shift, scale = roll.standardisation()
    assert shift[0] == pytest.approx(mean(lambda a: math.cos(a) + a * math.sin(a)), abs=1e-4)
    assert shift[1] == pytest.approx(mean(lambda a: math.sin(a) - a * math.cos(a)), abs=1e-4)
    twice = mean(lambda a: (a**2 / 2 - 0.25) * math.sin(2 * a) + a / 2 * math.cos(2 * a))
    second = mean(lambda a: a**3 / 3)
    assert scale[0] ** 2 == pytest.approx((second + twice) / 2 - shift[0] ** 2, rel=1e-4)
    assert scale[1] ** 2 == pytest.approx((second - twice) / 2 - shift[1] ** 2, rel=1e-4)


@pytest.mark.parametrize("alpha_bar", [0.9, 0.5, 1e-3])
def test_the_density_integrates_to_one(roll: SwissRoll, info: DataInfo, alpha_bar: float) -> None:
    spacing = 0.15
    axis = np.arange(-5.25, 5.25 + spacing, spacing)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    assert np.exp(roll.log_density(grid, alpha_bar, info)).sum() * spacing**2 == pytest.approx(1.0, abs=1e-6)


def test_the_density_is_that_of_a_mixture_over_the_roll(roll: SwissRoll, info: DataInfo) -> None:
    x, alpha_bar = np.random.default_rng(4).normal(size=(40, 2)), 0.8
    centres = math.sqrt(alpha_bar) * (roll.curve((np.arange(30_000) + 0.5) / 30_000) - info.shift) / info.scale
    kernels = np.exp(-np.square(x[:, None] - centres).sum(-1) / (2 * (1 - alpha_bar))) / (2 * math.pi * (1 - alpha_bar))
    assert np.allclose(roll.log_density(x, alpha_bar, info), np.log(kernels.mean(axis=1)), atol=1e-8)


def test_the_quadrature_is_fine_enough_for_the_narrowest_first_step(
    roll: SwissRoll, info: DataInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    x = info.to_model(roll.sample(300, rng)) * math.sqrt(0.999) + math.sqrt(1e-3) * rng.normal(size=(300, 2))
    coarse = roll.log_density(x, 0.999, info)
    monkeypatch.setattr(formulas, "QUADRATURE_NODES", 16_384)
    error = np.abs(coarse - roll.log_density(x, 0.999, info))
    assert error.max() < 1e-3  # at the roll's two ends
    assert error.mean() < 1e-5


def test_the_density_of_many_points_is_that_of_each(roll: SwissRoll, info: DataInfo) -> None:
    x = np.random.default_rng(6).normal(size=(formulas_module.POINTS_AT_ONCE + 3, 2))
    together = roll.log_density(x, 0.9, info)
    for index in (0, formulas_module.POINTS_AT_ONCE - 1, formulas_module.POINTS_AT_ONCE, len(x) - 1):
        alone = roll.log_density(x[index : index + 1], 0.9, info)
        assert together[index] == pytest.approx(alone[0], rel=1e-12)


def test_far_from_the_roll_the_density_is_still_a_number(roll: SwissRoll, info: DataInfo) -> None:
    found = roll.log_density(np.array([[1e4, -1e4]]), 0.999, info)
    assert np.isfinite(found).all()
    assert found[0] < -1e9


def test_units_come_back_as_they_went(info: DataInfo, roll: SwissRoll) -> None:
    points = roll.sample(1000, np.random.default_rng(7))
    assert np.allclose(info.to_user(info.to_model(points)), points, atol=1e-5)


def test_a_known_name_is_a_source_of_fresh_data_and_any_other_its_examples(
    info: DataInfo, unit_data: Callable[..., DataInfo]
) -> None:
    assert isinstance(source_of(info), SwissRoll)
    assert isinstance(source_of(unit_data()), Examples)
    assert isinstance(source_of(unit_data((3,), "swiss_roll")), Examples)  # the name alone is not enough


def test_examples_are_drawn_with_replacement_or_each_once() -> None:
    source = Examples("some", np.arange(10, dtype=np.float32).reshape(10, 1))
    assert source.shape == (1,)
    once = source.sample(10, np.random.default_rng(0))
    assert sorted(once[:, 0]) == list(range(10))
    many = source.sample(1000, np.random.default_rng(0))
    assert many.shape == (1000, 1)
    assert set(many[:, 0]) == set(range(10))
    assert source.held_out is source


def test_examples_kept_apart_are_what_k_is_measured_on() -> None:
    values = np.arange(10, dtype=np.float32).reshape(10, 1)
    source = Examples("some", values[:7], grey_level=1.0, held_out_data=values[7:])
    held_out = source.held_out
    assert (held_out.name, held_out.shape) == ("some", (1,))
    assert held_out.held_out is held_out
    drawn = held_out.sample(3, np.random.default_rng(0))
    assert not np.array_equal(drawn, np.floor(drawn))
    assert sorted(np.floor(drawn)[:, 0]) == [7, 8, 9]


def test_colours_follow_the_roll_or_else_the_direction(info: DataInfo, unit_data: Callable[..., DataInfo]) -> None:
    places = np.linspace(0, 1, 101)
    on_the_roll = info.to_model(SwissRoll().curve(places))
    assert np.allclose(places_along(info, on_the_roll), places, atol=1e-5)
    around = np.array([[1, 0], [0, 1], [-1, 1e-6], [0, -1]], dtype=np.float32)
    assert np.allclose(places_along(unit_data((2,)), around), [0.5, 0.75, 1.0, 0.25], atol=1e-5)


def test_colours_on_a_line_follow_the_share_of_the_examples_below(unit_data: Callable[..., DataInfo]) -> None:
    data = unit_data((1,))
    places = places_along(data, data.examples)
    assert np.array_equal(np.argsort(places), np.argsort(data.examples[:, 0]))
    assert places.min() == pytest.approx(0.5 / 64)
    assert places.max() == pytest.approx(1 - 0.5 / 64)
    assert np.array_equal(places_along(data, np.array([[-99.0], [99.0]], np.float32)), [0.0, 1.0])


@pytest.mark.parametrize("dimensions", [3, 64])
def test_colours_in_many_dimensions_follow_the_direction_on_the_principal_axes(
    dimensions: int, unit_data: Callable[..., DataInfo]
) -> None:
    rng = np.random.default_rng(5)
    angles = rng.uniform(-np.pi, np.pi, 512)
    axes = np.linalg.qr(rng.standard_normal((dimensions, 2)))[0].T
    examples = np.column_stack((3.0 * np.cos(angles), 2.0 * np.sin(angles))) @ axes
    examples += rng.normal(0.0, 0.01, examples.shape)
    data = dataclasses.replace(unit_data((dimensions,)), examples=examples.astype(np.float32))
    found = places_along(data, data.examples) * 2 * np.pi
    ellipse = np.arctan2(2.0 * np.sin(angles), 3.0 * np.cos(angles))
    for mirrored in (ellipse, -ellipse):  # each axis has one of two directions
        turns = np.exp(1j * (found - mirrored))
        if abs(turns.mean()) > 0.999:
            break
    else:
        pytest.fail("the colours do not follow the ellipse")
    assert np.array_equal(places_along(data, data.examples[:10]), places_along(data, data.examples)[:10])
