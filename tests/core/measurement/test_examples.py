"""What a model is measured on: held-out examples once each, or what else there is, and the noise of grey levels."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.data.shipped_images import Digits
from core.data.sources import Examples, drawn_once
from core.measurement.bound import measure_bound
from core.measurement.examples import MeasuredExamples, measured_examples
from core.measurement.work import measure_work
from core.model import DiffusionModel, model_from
from core.values.checkpoints import DataInfo
from core.values.measurements import (
    FRESH,
    GIVEN,
    HELD_OUT,
    MEASURED_ON,
    TRAINING,
    Bound,
    cautious_mean_of,
    examples_in_words,
    mean_of,
)
from core.values.runs import RunSpec
from tests.support.image_models import SHAPE, images_checkpoint

Unit = Callable[[int], DiffusionModel]
COUNT = 50


def with_data(model: DiffusionModel, **changes: Any) -> DiffusionModel:
    return DiffusionModel(model.process, model.network, dataclasses.replace(model.data, **changes))


@pytest.fixture
def own(unit: Unit) -> DiffusionModel:
    """A model of 64 examples, with seven others that were held out."""
    return with_data(unit(4), held_out=np.arange(7, dtype=np.float32)[:, None] / 7)


def images(**changes: Any) -> DiffusionModel:
    return with_data(model_from(images_checkpoint(steps=3), "twelve.h5"), **changes)


def in_units(model: DiffusionModel, found: MeasuredExamples) -> np.ndarray:
    return model.data.to_user(found.states.numpy())


def bound_of(model: DiffusionModel, spec: RunSpec, data: np.ndarray | None = None) -> Bound:
    found = list(measure_bound(model, spec, data))[-1].result
    assert found is not None
    return found


def test_held_out_examples_of_the_file_are_taken_once_each(own: DiffusionModel) -> None:
    found = measured_examples(own, RunSpec(10_000))
    assert found.measured_on == HELD_OUT
    assert np.array_equal(np.sort(in_units(own, found), axis=0), np.asarray(own.data.held_out))
    few = measured_examples(own, RunSpec(3, seed=5))
    assert len(few.states) == len(np.unique(few.states)) == 3
    assert set(few.states[:, 0].tolist()) < set(found.states[:, 0].tolist())


def test_the_bound_and_the_work_say_what_they_were_measured_on(own: DiffusionModel) -> None:
    bound = bound_of(own, RunSpec(10_000))
    assert (bound.count, bound.measured_on) == (7, HELD_OUT)
    work = list(measure_work(own, RunSpec(100), 4))[-1].result
    assert work is not None
    assert (len(work.points), work.measured_on) == (7, HELD_OUT)
    given = bound_of(own, RunSpec(10_000), np.zeros((5, 1)))
    assert (given.count, given.measured_on) == (5, GIVEN)


def test_without_held_out_examples_the_training_examples_are_called_so(unit: Unit) -> None:
    model = unit(4)
    found = measured_examples(model, RunSpec(10_000))
    assert found.measured_on == TRAINING
    assert np.array_equal(np.sort(found.states, axis=0), np.sort(model.data.examples, axis=0))
    assert bound_of(model, RunSpec(10_000)).count == 64


def test_a_formula_gives_fresh_draws_as_many_as_are_asked_for(model: DiffusionModel) -> None:
    found = measured_examples(model, RunSpec(COUNT))
    assert (found.measured_on, len(found.states), found.noise_added) == (FRESH, COUNT, False)


def test_stored_images_that_ship_are_held_out_and_none_is_taken_twice() -> None:
    drawn = drawn_once(Digits().held_out, 5000, np.random.default_rng(0))
    assert len(drawn) == len(np.unique(np.floor(drawn), axis=0)) == 1000


# ------------------------------------------------------------------------------------------------ noise of grey levels
def test_whole_grey_levels_get_noise_of_one_level_from_the_seed() -> None:
    model = images()
    levels = np.random.default_rng(1).integers(0, 256, (20, *SHAPE))
    for kind in (np.uint8, np.int32, np.float32, np.float64):
        found = measured_examples(model, RunSpec(seed=4), levels.astype(kind))
        assert found.noise_added
        values = in_units(model, found)
        assert np.allclose(np.floor(values + 1e-3), levels, atol=1)
        assert abs((values - levels).mean() - 0.5) < 0.05
    again, other = (measured_examples(model, RunSpec(seed=seed), levels) for seed in (4, 5))
    assert np.array_equal(again.states, found.states)
    assert not np.array_equal(other.states, found.states)


def test_values_between_the_levels_are_taken_as_they_are() -> None:
    model = images()
    values = np.random.default_rng(1).uniform(0, 256, (20, *SHAPE)).astype(np.float32)
    found = measured_examples(model, RunSpec(), values)
    assert not found.noise_added
    assert np.array_equal(found.states.numpy(), model.data.to_model(values))


def test_levels_of_another_width_get_noise_of_that_width() -> None:
    model = images(value_range=(-1.0, 1.0), grey_level=2 / 255, shift=np.array(0.0), scale=np.array(0.5))
    levels = -1.0 + np.random.default_rng(1).integers(0, 256, (20, *SHAPE)) * (2 / 255)
    found = measured_examples(model, RunSpec(), levels)
    assert found.noise_added
    noise = in_units(model, found) - levels
    assert -1e-6 < noise.min() < noise.max() < 2 / 255 + 1e-6


def test_noise_added_here_is_noise_added_before() -> None:
    model = images()
    levels = np.asarray(model.data.examples)
    noisy = levels + np.random.default_rng(3).random(levels.shape)
    one, other = bound_of(model, RunSpec(), levels), bound_of(model, RunSpec(), noisy)
    assert (one.noise_added, other.noise_added) == (True, False)
    assert abs(one.k - other.k) < 3 * np.hypot(one.standard_error, other.standard_error)


def test_data_without_grey_levels_get_no_noise(own: DiffusionModel) -> None:
    whole = np.arange(9.0)[:, None]
    found = measured_examples(own, RunSpec(), whole)
    assert not found.noise_added
    assert np.array_equal(found.states, whole)


# ------------------------------------------------------------------------------------------------ words and errors
@pytest.mark.parametrize("measured_on", MEASURED_ON)
def test_one_example_is_no_plural(measured_on: str) -> None:
    assert examples_in_words(1, measured_on).replace("example", "examples").replace("draw", "draws") == (
        f"1 {MEASURED_ON[measured_on]}"
    )
    assert examples_in_words(12, measured_on, shown="a dozen").startswith("a dozen ")


def test_given_examples_are_named_by_their_file() -> None:
    assert examples_in_words(300, GIVEN, "X.npy") == "300 examples of X.npy"
    assert examples_in_words(300, GIVEN) == "300 examples of a file"


@pytest.mark.parametrize(("count", "factor"), [(2, 78.6), (3, 6.402), (4, 3.073), (10, 1.365), (512, 1.005)])
def test_a_standard_error_of_few_values_is_widened_as_student_s_t_asks(count: int, factor: float) -> None:
    values = np.random.default_rng(0).standard_normal(count)
    assert cautious_mean_of(values).value == mean_of(values).value
    assert cautious_mean_of(values).standard_error == pytest.approx(factor * mean_of(values).standard_error, rel=1e-3)


def test_three_standard_errors_of_few_values_hold_the_mean_as_often_as_of_many() -> None:
    rng = np.random.default_rng(0)
    missed = [
        abs((found := cautious_mean_of(rng.standard_normal(4))).value) > 3 * found.standard_error for _ in range(4000)
    ]
    assert 2 <= sum(missed) <= 25  # 10.8 are expected


def test_examples_of_the_source_itself_are_drawn_once_too() -> None:
    source = Examples("some", np.arange(10, dtype=np.float64)[:, None], held_out_data=np.arange(4.0)[:, None] + 10)
    assert sorted(drawn_once(source, 100, np.random.default_rng(0))[:, 0]) == list(range(10))
    assert sorted(drawn_once(source.held_out, 100, np.random.default_rng(0))[:, 0]) == [10, 11, 12, 13]
    assert drawn_once(source, 3, np.random.default_rng(0)).dtype == np.float64


def test_a_description_of_data_is_its_own_source(own: DiffusionModel) -> None:
    info: DataInfo = own.data
    assert isinstance(own.source, Examples)
    assert np.array_equal(own.source.held_out.examples, np.asarray(info.held_out))
