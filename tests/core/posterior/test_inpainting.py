"""Filling in: known values come back as they were, and previews are fair."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from core.data.formulas import Heartbeat
from core.errors import BadInputError
from core.model import DiffusionModel, model_from
from core.networks.analytic import AnalyticNetwork
from core.networks.empirical import EmpiricalNetwork
from core.posterior.inpainting import inpaint, preview, spec_of
from core.posterior.large_images import resized
from core.posterior.samplers import resampling_segments, reverse_under
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure, log_linear
from core.sampling.strided import chosen_steps
from core.sampling.trajectories import reverse
from core.values.checkpoints import DataInfo
from core.values.inpainting import DEFAULT_RESAMPLE_TIMES, InpaintingRequest
from core.values.potentials import Mask, Posterior
from core.values.runs import RunSpec
from tests.support.image_models import MAKERS, SHAPE, images_checkpoint, info_of, network_of, process, result, states


def test_known_values_come_back_bit_for_bit_in_every_frame_that_shows_any(
    twelve: DiffusionModel, request_: InpaintingRequest
) -> None:
    known = ~request_.mask
    shown = [*preview(twelve, request_), *inpaint(twelve, request_, x0_previews=7)]
    with_pictures = [frame.images for frame in shown if frame.images is not None]
    assert len(with_pictures) > 7
    for images in with_pictures:
        assert images.shape == (3, *SHAPE)
        assert images.dtype == np.float32
        assert all(image[known].tobytes() == request_.image[known].tobytes() for image in images)


def test_a_float64_picture_keeps_all_its_digits(twelve: DiffusionModel, request_: InpaintingRequest) -> None:
    image = request_.image.astype(np.float64) + 1e-9
    frame = result(inpaint(twelve, dataclasses.replace(request_, image=image)))
    assert (frame.images[:, ~request_.mask] == image[~request_.mask]).all()


def test_looking_on_the_way_changes_no_result(twelve: DiffusionModel, request_: InpaintingRequest) -> None:
    without, with_looks = result(inpaint(twelve, request_)), result(inpaint(twelve, request_, x0_previews=10))
    assert without.final
    assert without.images.tobytes() == with_looks.images.tobytes()


def test_what_is_filled_in_is_the_one_picture_that_fits(twelve: DiffusionModel, request_: InpaintingRequest) -> None:
    whole = np.broadcast_to(request_.image, (3, *SHAPE))
    for frames in (inpaint(twelve, request_), preview(twelve, request_)):
        images = result(frames).images
        # four rows of random levels leave no doubt which of the twelve it is; its levels come with little noise
        assert np.abs(images - whole).mean() < 10.0


def test_a_full_mask_is_plain_sampling(twelve: DiffusionModel, request_: InpaintingRequest) -> None:
    every = dataclasses.replace(request_, mask=np.ones(SHAPE, np.bool_))
    *_, frame = reverse(twelve, RunSpec(count=3, seed=5, threads=1))
    assert result(inpaint(twelve, every)).images.tobytes() == twelve.data.to_user(frame.x).tobytes()


def test_from_the_first_step_a_rough_picture_is_hardly_changed_and_from_the_last_it_is_forgotten(
    twelve: DiffusionModel, request_: InpaintingRequest
) -> None:
    rough = twelve.data.examples[0]
    every = dataclasses.replace(request_, image=rough, mask=np.ones(SHAPE, np.bool_), count=8)
    near = result(inpaint(twelve, dataclasses.replace(every, start=1))).images
    far = result(inpaint(twelve, dataclasses.replace(every, start=twelve.steps))).images
    assert np.abs(near - rough).mean() < 10.0
    assert np.abs(far - rough).mean() > 30.0


def test_a_rough_picture_can_be_finished_under_a_mask(twelve: DiffusionModel, request_: InpaintingRequest) -> None:
    part = dataclasses.replace(request_, start=20)
    frames = list(inpaint(twelve, part))
    assert [frame.t for frame in frames] == list(range(20, -1, -1))
    assert (frames[-1].images[:, ~part.mask] == part.image[~part.mask]).all()


def test_a_preview_of_a_rough_picture_starts_where_it_is_told(
    twelve: DiffusionModel, request_: InpaintingRequest
) -> None:
    frames = list(preview(twelve, dataclasses.replace(request_, start=60), steps=10))
    assert frames[0].t == 60
    assert frames[-1].t == 0
    assert all(frame.preview and not frame.final for frame in frames)
    assert len(frames) == 11


def test_a_preview_shows_the_results_and_not_the_particles(twelve: DiffusionModel, request_: InpaintingRequest) -> None:
    frames = list(preview(twelve, dataclasses.replace(request_, weighted=True, particles=64), steps=10))
    plain = list(preview(twelve, request_, steps=10))
    assert len(frames) == len(plain)
    for weighed, frame in zip(frames, plain, strict=True):
        assert weighed.images.shape == (request_.count, *SHAPE)
        assert np.array_equal(weighed.images, frame.images)


@pytest.mark.parametrize("known_mode", ["noised", "clean"])
def test_a_preview_asks_for_no_more_pictures_at_once_than_the_chain(
    twelve: DiffusionModel, request_: InpaintingRequest, known_mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    real = twelve.reverse_kernel
    monkeypatch.setattr(DiffusionModel, "reverse_kernel", lambda _self, x, t: (asked.append(len(x)), real(x, t))[1])
    frames = list(preview(twelve, dataclasses.replace(request_, count=5, known_mode=known_mode), steps=10))
    assert set(asked) == {4, 12}
    assert all(frame.images.shape == (5, *SHAPE) for frame in frames)


def test_there_is_no_preview_of_a_chain_that_is_as_short(request_: InpaintingRequest) -> None:
    short = model_from(images_checkpoint(steps=60), "short.h5")
    assert list(preview(short, request_)) == []


@pytest.mark.parametrize("known_mode", ["noised", "clean"])
def test_of_independent_gaussian_data_a_preview_draws_the_posterior(known_mode: str) -> None:
    count, spread = 4000, 0.7
    data = DataInfo("made up", (4,), (-5.0, 5.0), np.zeros(()), np.ones(()), np.zeros((1, 4), np.float32))
    network = AnalyticNetwork.of(np.zeros(4), spread**2 * np.eye(4))
    model = DiffusionModel(GaussianProcess(log_linear(40, first=1e-4, alpha_bar_end=1e-4)), network, data)
    mask = np.array([True, False, False, True])
    request = InpaintingRequest(np.full(4, 1.5), mask, count=count, seed=2, threads=1, known_mode=known_mode)
    free = result(preview(model, request, steps=10)).images[:, mask]
    # four standard errors, and what the edge and the start leave of pi
    assert abs(free.mean()) < 4 * spread / np.sqrt(free.size)
    assert abs(free.std() / spread - 1.0) < 4 / np.sqrt(2 * free.size) + 0.01


def test_weights_come_with_their_effective_size(twelve: DiffusionModel, request_: InpaintingRequest) -> None:
    plain, weighted = (result(inpaint(twelve, dataclasses.replace(request_, weighted=on))) for on in (False, True))
    assert plain.effective_size is None
    assert 1.0 <= weighted.effective_size <= request_.count
    assert weighted.log_probability is not None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mask": np.zeros(SHAPE, np.bool_)}, "nothing to inpaint"),
        ({"image": np.full(SHAPE, np.nan)}, "not finite"),
        ({"image": np.zeros((4, 4)), "mask": np.ones((4, 4), np.bool_)}, "(4, 4)"),
        ({"start": 0}, "start"),
        ({"start": 121}, "start"),
        ({"count": 0}, "count"),
    ],
)
def test_what_cannot_be_filled_in_is_refused(
    changes: dict[str, Any], reason: str, twelve: DiffusionModel, request_: InpaintingRequest
) -> None:
    for run in (inpaint, preview):
        with pytest.raises(BadInputError, match=reason.replace("(", r"\(").replace(")", r"\)")):
            list(run(twelve, dataclasses.replace(request_, **changes)))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"start": 0}, "start: 0"), ({"start": 121}, "start: 121"), ({"start": 9, "image": np.nan}, "not finite")],
)
def test_a_start_that_no_run_can_have_is_refused_before_there_is_one(
    changes: dict[str, Any], reason: str, twelve: DiffusionModel, request_: InpaintingRequest
) -> None:
    image = np.where(request_.mask, changes.pop("image", 0.0), request_.image)
    with pytest.raises(BadInputError, match=reason):
        spec_of(twelve, dataclasses.replace(request_, image=image, **changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"mask": np.ones((3, 3), np.bool_)}, "mask: shape"),
        ({"mask": np.ones(SHAPE)}, "not bool"),
        ({"image": np.full(SHAPE, "a")}, "real numbers"),
        ({"known_mode": "tight"}, "known_mode"),
        ({"timing": "late"}, "timing"),
        ({"resample_times": -1}, "resample_times"),
        ({"weighted": True, "start": 5}, "start"),
    ],
)
def test_what_is_no_request_is_refused(changes: dict[str, Any], reason: str, request_: InpaintingRequest) -> None:
    with pytest.raises(BadInputError, match=reason):
        dataclasses.replace(request_, **changes)


def test_what_the_mask_covers_may_be_anything(twelve: DiffusionModel, request_: InpaintingRequest) -> None:
    spoilt = np.where(request_.mask, np.nan, request_.image)
    clean, other = (result(inpaint(twelve, dataclasses.replace(request_, image=p))) for p in (request_.image, spoilt))
    assert clean.images.tobytes() == other.images.tobytes()


def test_one_mask_will_do_for_all_colours() -> None:
    mask = np.eye(4, dtype=np.bool_)
    made = InpaintingRequest(np.zeros((4, 4, 3)), mask)
    assert made.mask.shape == (4, 4, 3)
    assert all((made.mask[:, :, channel] == mask).all() for channel in range(3))


def test_known_bits_are_obeyed_and_weighted_the_free_ones_follow_the_exact_posterior() -> None:
    heartbeat = Heartbeat()
    support = heartbeat.support()
    data = DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(()), np.ones(()), support)
    model = DiffusionModel(BinomialProcess(constant_erasure(60, first=1e-3)), EmpiricalNetwork.of(support), data)
    bits, free = np.zeros(20, np.float32), np.ones(20, np.bool_)
    free[[0, 6]] = False  # neither the first phase nor the second: three are left, equally likely
    count = 1000
    request = InpaintingRequest(bits, free, count=count, seed=8, threads=1, weighted=True)
    images = result(inpaint(model, request)).images
    assert (images[:, [0, 6]] == 0.0).all()
    shares = [(images == row).all(axis=1).mean() for row in support]
    # particles that were resampled have ancestors in common: they count for fewer than they are
    error = np.sqrt(1 / 3 * 2 / 3 / result(inpaint(model, request)).effective_size)
    assert np.abs(np.subtract(shares, [0.0, 0.0, 1 / 3, 1 / 3, 1 / 3])).max() < 3 * error + 0.01


@pytest.mark.parametrize("kind", MAKERS)
def test_a_convolutional_network_fills_in_pictures_of_other_sizes(kind: str) -> None:
    data = info_of((16, 16), np.zeros((1, 16, 16), np.float32))
    model = DiffusionModel(process(), network_of(kind, 1), data)
    image = states(1, 40, 36)[0].numpy()
    mask = np.zeros((40, 36), np.bool_)
    mask[10:16, 12:20] = True
    request = InpaintingRequest(image, mask, count=2, seed=4, threads=1, resample_times=0)
    images = result(inpaint(model, request, x0_previews=2)).images
    assert images.shape == (2, 40, 36)
    assert (images[:, ~mask] == image[~mask]).all()
    posterior = Posterior(Mask(mask, model.data.to_model(np.where(mask, 0, image))))
    *_, whole = reverse_under(resized(model, (40, 36)), RunSpec(2, 4, 1, posterior))
    assert np.allclose(images[:, mask], model.data.to_user(whole.x)[:, mask], rtol=1e-4, atol=1e-4)
    with pytest.raises(BadInputError, match="image: shape"):
        list(inpaint(model, InpaintingRequest(np.zeros((40, 36, 3)), np.ones((40, 36), np.bool_), threads=1)))


def test_a_walk_pauses_after_each_move_on_a_way_that_is_walked_again_and_comes_to_the_same(
    twelve: DiffusionModel, request_: InpaintingRequest
) -> None:
    for request in (request_, dataclasses.replace(request_, start=70)):
        frames = list(inpaint(twelve, request, pauses=True))
        start = request.start or twelve.steps
        ways = [
            way for s in range(start) for way in resampling_segments(twelve.steps, start, s, DEFAULT_RESAMPLE_TIMES)
        ]
        pauses = [frame for frame in frames if frame.pause]
        assert len(pauses) == sum(len(way) - 1 for way in ways) > start
        assert all(frame.images is None for frame in pauses)
        steps = [frame for frame in frames if not frame.pause]
        assert [frame.t for frame in steps] == list(range(start, -1, -1))
        assert np.array_equal(steps[-1].images, result(inpaint(twelve, request)).images)


def test_the_steps_of_a_preview_end_with_the_edge(twelve: DiffusionModel) -> None:
    assert chosen_steps(twelve.process, 50)[-2:] == [1, 0]
