"""Large pictures: what is computed in a window is what the whole picture gives."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from core.errors import BadInputError
from core.model import DiffusionModel
from core.networks.analytic import AnalyticNetwork
from core.posterior.inpainting import inpaint
from core.posterior.large_images import WindowedNetwork, resized, takes_any_size, windowed
from core.posterior.samplers import reverse_under
from core.sampling.trajectories import reverse
from core.values.inpainting import InpaintingRequest
from core.values.potentials import Mask, Posterior
from core.values.runs import RunSpec
from tests.support.image_models import MAKERS, info_of, network_of, process, states


def model_of(kind: str, channels: int = 1, side: int = 16) -> DiffusionModel:
    shape = (side, side) if channels == 1 else (side, side, channels)
    return DiffusionModel(process(), network_of(kind, channels), info_of(shape, np.zeros((1, *shape), np.float32)))


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("hole", [(50, 58), (0, 5), (123, 130), (0, 130)])
def test_kernels_in_the_hole_are_those_of_the_whole_picture(kind: str, channels: int, hole: tuple[int, int]) -> None:
    model = resized(model_of(kind, channels), (130, 120))
    mask = np.zeros(model.data.shape, dtype=bool)
    mask[hole[0] : hole[1], 40:47] = True
    x = states(2, *model.data.shape)
    part, whole = windowed(model, mask).reverse_kernel(x, 9), model.reverse_kernel(x, 9)
    torch.testing.assert_close(part.mean[:, mask], whole.mean[:, mask], rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(part.stddev[:, mask], whole.stddev[:, mask], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", MAKERS)
def test_a_hole_is_filled_as_by_the_whole_picture(kind: str) -> None:
    model = resized(model_of(kind), (130, 120))
    mask = np.zeros((130, 120), dtype=bool)
    mask[60:70, 50:58] = True
    posterior = Posterior(Mask(mask, states(130, 120, seed=5).numpy(), "noised"))
    spec = RunSpec(count=2, seed=3, threads=1, posterior=posterior)
    *_, part = reverse_under(windowed(model, mask), spec)
    *_, whole = reverse_under(model, spec)
    assert np.allclose(part.x[:, mask], whole.x[:, mask], rtol=1e-5, atol=1e-5)
    assert np.array_equal(part.x[:, ~mask], whole.x[:, ~mask])


@pytest.mark.parametrize("kind", MAKERS)
def test_the_window_is_no_larger_than_the_hole_the_reach_and_the_grid(kind: str) -> None:
    model = resized(model_of(kind), (512, 512))
    mask = np.zeros((512, 512), dtype=bool)
    mask[200:300, 200:300] = True
    network = windowed(model, mask).network
    assert isinstance(network, WindowedNetwork)
    for part in network.window:
        assert part.stop - part.start <= 100 + 2 * (network.network.receptive_field + network.network.stride)


def test_samples_may_be_larger_than_the_examples() -> None:
    model = resized(model_of("unet"), (24, 40))
    *_, last = reverse(model, RunSpec(count=1, seed=1, threads=1))
    assert last.x.shape == (1, 24, 40)
    assert takes_any_size(model)


def test_a_model_of_its_own_size_stays_as_it_is() -> None:
    model = model_of("unet")
    assert resized(model, (16, 16)) is model


def test_what_cannot_be_is_refused() -> None:
    model = model_of("unet")
    for size in ((0, 5), (5, -1), (2**20, 2**20)):
        with pytest.raises(BadInputError, match="size"):
            resized(model, size)
    with pytest.raises(BadInputError, match="empty"):
        windowed(model, np.zeros((16, 16), dtype=bool))
    with pytest.raises(BadInputError, match="shape"):
        windowed(model, np.ones((8, 8), dtype=bool))
    info = info_of((2,), np.zeros((1, 2), np.float32))
    plane = DiffusionModel(process(), AnalyticNetwork.of(np.zeros(2), np.eye(2)), info)
    assert not takes_any_size(plane)
    with pytest.raises(BadInputError, match="alone"):
        resized(plane, (8, 8))


def test_a_model_with_a_unit_for_each_pixel_takes_its_own_size_alone_and_a_window_in_it() -> None:
    model = model_of("unet")
    data = dataclasses.replace(model.data, scale=np.linspace(1.0, 2.0, 256).reshape(16, 16))
    each = DiffusionModel(model.process, model.network, data)
    assert not takes_any_size(each)
    with pytest.raises(BadInputError, match="alone"):
        resized(each, (8, 8))
    mask = np.zeros((16, 16), dtype=bool)
    mask[4:6, 4:6] = True
    image = np.full((16, 16), 3.0, np.float32)
    *_, last = inpaint(each, InpaintingRequest(image, mask, count=1, seed=1, threads=1))
    assert last.images.shape == (1, 16, 16)
    x = states(2, 16, 16)
    part, whole = (distribution.reverse_kernel(x, 9).mean[:, mask] for distribution in (windowed(each, mask), each))
    torch.testing.assert_close(part, whole, rtol=1e-5, atol=1e-5)
