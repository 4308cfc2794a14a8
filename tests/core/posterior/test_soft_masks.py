"""Soft masks: entries that are known in part are noisy observations, up to both ends of the confidence."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from core.data.registry import FORMULAS
from core.errors import BadInputError
from core.model import DiffusionModel
from core.networks.analytic import AnalyticNetwork
from core.posterior.inpainting import inpaint, preview, spec_of
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import log_linear
from core.values.inpainting import InpaintingFrame, InpaintingRequest, enlarged
from core.values.potentials import Mask, Posterior, Product, SoftMask
from core.values.runs import PosteriorFrame
from tests.support.image_models import SHAPE, result
from tests.support.posteriors import ONE, Unit, Y, agree, average, gaussian_density, last, mean_and_variance, repeated

pytestmark = pytest.mark.usefixtures("one_thread")
RHO = 0.8
CONFIDENCE = 0.7
NOISE = (1 - CONFIDENCE) / CONFIDENCE


def of_plane(unit_data: Unit, correlation: float) -> DiffusionModel:
    network = AnalyticNetwork.of(np.zeros(2), np.array([[1.0, correlation], [correlation, 1.0]]))
    return DiffusionModel(GaussianProcess(log_linear(60, first=1e-4, alpha_bar_end=1e-3)), network, unit_data((2,)))


def both(frame: PosteriorFrame) -> tuple[float, ...]:
    return *mean_and_variance(frame, 0), *mean_and_variance(frame, 1)


@pytest.mark.parametrize("timing", ["constant", "fading", "twisted"])
def test_a_partly_known_coordinate_leaves_the_posterior_of_a_noisy_observation(unit_data: Unit, timing: str) -> None:
    r = SoftMask(np.array([CONFIDENCE, 0.0]), np.array([Y, 9.0]))
    mean, variance = CONFIDENCE * Y, 1 - CONFIDENCE
    truth = [mean, variance, RHO * mean, 1 - RHO**2 * CONFIDENCE, gaussian_density(Y, 1 + NOISE)]
    found = repeated(of_plane(unit_data, RHO), Posterior(r, timing, weighted=True), 400, 12, both)
    assert agree(found, truth, slack=1e-3)


def test_known_and_partly_known_entries_multiply(unit_data: Unit) -> None:
    r = Product((Mask(ONE, np.array([Y, 0.0])), SoftMask(np.array([0.0, CONFIDENCE]), np.array([0.0, -0.5]))))
    prior = 1 - RHO**2
    mean = (RHO * Y * NOISE - 0.5 * prior) / (prior + NOISE)
    total = gaussian_density(Y, 1) * gaussian_density(RHO * Y + 0.5, prior + NOISE)
    found = repeated(
        of_plane(unit_data, RHO), Posterior(r, weighted=True), 400, 12, lambda frame: mean_and_variance(frame, 1)
    )
    assert agree(found, [mean, prior * NOISE / (prior + NOISE), total], slack=1e-3)


def test_for_independent_entries_like_pi_the_kernels_alone_are_exact(unit_data: Unit) -> None:
    count = 20_000
    r = SoftMask(np.array([CONFIDENCE, 0.2]), np.array([Y, -Y]))
    x = last(of_plane(unit_data, 0.0), Posterior(r), count).x
    for entry, (confidence, y) in enumerate([(CONFIDENCE, Y), (0.2, -Y)]):
        variance = 1 - confidence
        assert abs(x[:, entry].mean() - confidence * y) < 4 * math.sqrt(variance / count) + 1e-3
        assert abs(x[:, entry].var() / variance - 1) < 4 * math.sqrt(2 / count) + 1e-3


def test_partly_known_bits_leave_the_phases_by_their_likelihood(heartbeat: DiffusionModel) -> None:
    support = FORMULAS["heartbeat"]().support()
    confidence = np.zeros(20)
    confidence[[0, 6]] = 0.6, 0.3
    flipped = 0.5 * (1 - confidence)
    likelihood = np.prod(np.where(support == 1, 1 - flipped, flipped)[:, [0, 6]], axis=1)
    r = SoftMask(confidence.astype(np.float32), np.ones(20, np.float32))

    def phases(frame: PosteriorFrame) -> list[float]:
        return [average(frame, (frame.x == sequence).all(axis=1).astype(np.float64)) for sequence in support]

    found = repeated(heartbeat, Posterior(r, weighted=True), 500, 16, phases)
    assert agree(found, [*(likelihood / likelihood.sum()), likelihood.mean()], slack=2e-3)


def test_a_confidence_of_zeros_and_ones_is_the_mask_bit_for_bit(
    twelve: DiffusionModel, request_: InpaintingRequest
) -> None:
    hard = dataclasses.replace(request_, confidence=(~request_.mask).astype(np.float32))
    assert hard.confidence is None
    for frames in (inpaint, preview):
        assert result(frames(twelve, hard)).images.tobytes() == result(frames(twelve, request_)).images.tobytes()


def test_a_mask_with_partly_known_entries_is_where_the_confidence_is_below_one(request_: InpaintingRequest) -> None:
    confidence = np.zeros(SHAPE, np.float32)
    confidence[:3], confidence[3] = 1.0, 0.5
    soft = dataclasses.replace(request_, confidence=confidence)
    assert np.array_equal(soft.mask, confidence < 1)
    assert np.array_equal(soft.ignored, confidence == 0)


@pytest.mark.parametrize("frames", [inpaint, preview])
def test_the_more_is_known_of_a_picture_the_nearer_the_result_is(
    twelve: DiffusionModel, request_: InpaintingRequest, frames: Callable[..., Iterator[InpaintingFrame]]
) -> None:
    """The twelve are some 90 levels apart."""
    wanted = twelve.data.examples[0]
    distances = []
    for degree in (0.02, 0.9):
        confidence = np.full(SHAPE, degree, np.float32)
        soft = dataclasses.replace(request_, image=wanted, confidence=confidence, count=16)
        distances.append(np.abs(result(frames(twelve, soft)).images - wanted).mean())
    assert distances[1] < 10.0 < distances[0]


def test_a_value_that_is_partly_known_is_checked_and_one_that_is_not_is_ignored(
    twelve: DiffusionModel, request_: InpaintingRequest
) -> None:
    confidence = np.full(SHAPE, 0.5, np.float32)
    confidence[0, 0] = 0.0
    image = request_.image.astype(np.float64)
    image[0, 0] = np.nan
    spec_of(twelve, dataclasses.replace(request_, image=image, confidence=confidence))
    confidence[0, 0] = 0.01
    with pytest.raises(BadInputError, match="image: it holds known values that are not finite"):
        spec_of(twelve, dataclasses.replace(request_, image=image, confidence=confidence))


@pytest.mark.parametrize("bad", [-0.1, 1.1, np.nan])
def test_a_confidence_out_of_range_is_refused(request_: InpaintingRequest, bad: float) -> None:
    with pytest.raises(BadInputError, match="confidence: it is not between 0"):
        dataclasses.replace(request_, confidence=np.full(SHAPE, bad, np.float32))


@pytest.mark.parametrize(
    ("confidence", "observed", "reason"),
    [
        ([1.0, 0.0], [0.0, 0.0], "put entries that are known into a mask"),
        ([0.0, 0.0], [0.0, 0.0], "0 everywhere"),
        ([0.5, 0.0], [0.0], "shape"),
        ([0.5, 0.0], [np.inf, 0.0], "not finite"),
    ],
)
def test_a_soft_mask_that_is_none_is_refused(confidence: list[float], observed: list[float], reason: str) -> None:
    with pytest.raises(BadInputError, match=reason):
        SoftMask(np.array(confidence), np.array(observed))


def test_a_larger_frame_keeps_the_picture_and_opens_the_border() -> None:
    image, openness = np.arange(6).reshape(2, 3), np.zeros((2, 3), np.float32)
    larger, opened = enlarged(image, openness, (1, 2, 3, 0))
    assert larger.shape == opened.shape == (4, 7)
    assert np.array_equal(larger[2:, 1:4], image)
    assert not opened[2:, 1:4].any()
    assert opened.sum() == 28 - 6
    assert larger[0, 0] == image[1, 0]  # reflected
    colours, _ = enlarged(np.zeros((2, 3, 3)), openness, (0, 0, 1, 1))
    assert colours.shape == (3, 4, 3)
    with pytest.raises(BadInputError, match="margins"):
        enlarged(image, openness, (-1, 0, 0, 0))
