"""The shipped models of pictures: as good as their files say, better than a Gaussian and than the codecs."""

from __future__ import annotations

import functools
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from core.data.crops import Crops
from core.data.images import GreyLevelSource
from core.data.shipped_images import Texture
from core.formats.checkpoints import load, read
from core.measurement.bound import bits_per_dimension as coded_in
from core.measurement.examples import default_count
from core.model import DiffusionModel, model_from
from core.posterior.inpainting import preview
from core.runtime.devices import numpy_generator, torch_generator
from core.sampling.trajectories import reverse
from core.training.objective import minibatch_bounds
from core.values.checkpoints import pixels_of
from core.values.inpainting import InpaintingRequest
from core.values.measurements import NATS_PER_BIT, Bound
from core.values.runs import RunSpec
from tools.measuring.comparisons import bits_per_dimension, gaussian_bits
from tools.measuring.fills import hole_in

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "checkpoints"
NAMES = ("digits", "dead_leaves", "dead_leaves_paper", "gravel", "brick", "colour_patches")


@functools.cache
def model_of(name: str) -> DiffusionModel:
    path = FOLDER / f"{name}.h5"
    return model_from(load(path), path)


def stored(name: str) -> Bound:
    bound = read(FOLDER / f"{name}.h5").bound
    assert bound is not None
    return bound


def source_of(name: str) -> GreyLevelSource:
    source = model_of(name).source
    assert isinstance(source, GreyLevelSource)
    return source


@pytest.mark.parametrize("name", NAMES)
def test_the_file_s_k_is_measured_on_pictures_kept_apart_and_found_again_on_others(name: str) -> None:
    bound, model = stored(name), model_of(name)
    assert (bound.unit, bound.count, bound.steps) == ("pixel", default_count(model.data), 1000)
    found = []
    for index in range(8):
        data = source_of(name).held_out.sample(
            max(4, 48 * 1024 // pixels_of(model.data.shape)), numpy_generator(1, "other data", index)
        )
        x0 = torch.from_numpy(model.data.to_model(data))
        with torch.inference_mode():
            nats = float(minibatch_bounds(model, x0, torch_generator(1, "other noise", index))[0])
        found.append(nats / NATS_PER_BIT / pixels_of(model.data.shape))
    error = math.hypot(bound.standard_error, float(np.std(found, ddof=1)) / math.sqrt(len(found)))
    assert abs(np.mean(found) - bound.k) < 4 * error
    assert bound.bits_per_dimension == pytest.approx(coded_in(bound.k, model.data))


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_are_those_that_k_was_measured_with(name: str) -> None:
    assert {weight.dtype for weight in read(FOLDER / f"{name}.h5").network.weights.values()} == {np.dtype(np.float16)}


def test_dead_leaves_reach_what_was_asked_with_both_networks() -> None:
    unet, paper = stored("dead_leaves"), stored("dead_leaves_paper")
    assert unet.k >= 2.6
    assert paper.gain >= 3.5
    rng, model = numpy_generator(0, "fitted"), model_of("dead_leaves_paper")
    training, test = (model.data.to_model(model.source.sample(count, rng)).reshape(count, -1) for count in (6000, 500))
    assert paper.k > gaussian_bits(training, test)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_codes_its_test_pictures_in_fewer_bits_than_png(name: str) -> None:
    apart = source_of(name).held_out
    images = apart.tiles() if isinstance(apart, Crops) else apart.images(400, numpy_generator(0, "coded"))
    found = stored(name).bits_per_dimension
    assert found is not None
    assert found < bits_per_dimension(images, "PNG")
    if name in ("digits", "dead_leaves"):
        assert found < bits_per_dimension(images, "WebP")


def test_samples_are_pictures_in_the_range_of_the_data() -> None:
    model = model_of("digits")
    *_, last = reverse(model, RunSpec(count=2, seed=5, threads=1))
    found = model.data.to_user(last.x)
    assert ((found > -3) & (found < 259)).mean() > 0.99
    assert (found < 10).mean() > 0.5  # paper
    assert (found > 128).mean() > 0.02  # ink


def test_the_lines_of_a_wall_go_on_through_a_hole_that_no_training_has_seen() -> None:
    corner = Texture("brick").test_corner
    mask, inside = hole_in(corner.shape)
    *_, last = preview(model_of("brick"), InpaintingRequest(corner, mask, count=1, seed=1, threads=1))
    assert last.images is not None
    filled = last.images[0]
    assert np.array_equal(filled[~mask], corner[~mask])
    assert 0.65 < filled[inside, inside].std() / corner[~mask].std() < 1.3  # what is smooth has a quarter
    # a line of mortar at the hole's upper border is lighter than brick, and so is the row below it at the same places
    above, below = corner[inside.start - 1, inside].astype(np.float64), filled[inside.start + 4, inside]
    assert np.corrcoef(above, below)[0, 1] > 0.5
