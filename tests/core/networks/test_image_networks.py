"""The networks of pictures: exact with a read-out of zeros, blind beyond their reach, and the paper's bumps of time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from core.errors import BadInputError
from core.measurement.bound import measure_bound
from core.model import DiffusionModel
from core.networks.multiscale import MultiscaleConvolution
from core.networks.registry import build_network
from core.networks.unet import UNet
from core.values.runs import RunSpec
from tests.support.image_models import MAKERS, STEPS, info_of, network_of, process, states


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("shape", [(9, 12), (8, 8, 3)])
def test_a_fresh_network_is_the_exact_reverse_of_unit_gaussian_data(kind: str, shape: tuple[int, ...]) -> None:
    data = states(64, *shape).numpy()
    network = network_of(kind, 3 if len(shape) == 3 else 1, random=False)
    model = DiffusionModel(process(), network, info_of(shape, data))
    distribution = model.reverse_kernel(torch.from_numpy(data), 7)
    beta = float(process().betas[6])
    torch.testing.assert_close(distribution.mean, (1 - beta) ** 0.5 * torch.from_numpy(data))
    torch.testing.assert_close(distribution.variance, torch.full_like(distribution.mean, beta))
    *_, last = measure_bound(model, RunSpec(64, 1, threads=1), data)
    assert last.result is not None
    assert last.result.unit == "pixel"
    assert abs(last.result.gain) < 4 * last.result.standard_error


@pytest.mark.parametrize("kind", MAKERS)
def test_steps_one_for_each_picture_are_those_of_one_for_all(kind: str) -> None:
    network, x = network_of(kind), states(3, 8, 8)
    each = network.reverse_kernel(x, torch.tensor([5, 9, 20]), process())
    for index, t in enumerate((5, 9, 20)):
        alone = network.reverse_kernel(x[index : index + 1], t, process())
        torch.testing.assert_close(each.mean[index], alone.mean[0], rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(each.stddev[index], alone.stddev[0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", MAKERS)
def test_an_answer_depends_on_nothing_beyond_the_reach_and_on_something_near_its_end(kind: str) -> None:
    network, x, side = network_of(kind), states(1, 96, 96), 96
    at = side // 2
    changed = x.clone()
    changed[0, at, at] += 0.5
    before, after = (network.reverse_kernel(value, 9, process()) for value in (x, changed))
    rows = torch.nonzero((before.mean - after.mean).abs()[0].amax(dim=1)).flatten()
    assert int((rows - at).abs().max()) <= network.receptive_field
    assert int((rows - at).abs().max()) > network.receptive_field // 2


@pytest.mark.parametrize("kind", MAKERS)
def test_pictures_may_have_any_size(kind: str) -> None:
    network = network_of(kind, 3)
    for size in ((1, 1), (5, 3), (17, 8)):
        distribution = network.reverse_kernel(states(2, *size, 3), 4, process())
        assert distribution.mean.shape == (2, *size, 3)
        assert bool(torch.isfinite(distribution.mean).all())


@pytest.mark.parametrize("kind", MAKERS)
def test_moving_a_picture_by_the_coarsest_grid_moves_the_answer(kind: str) -> None:
    network, x = network_of(kind), states(1, 128, 128)
    step, inner = network.stride, slice(56, 64)
    moved = network.reverse_kernel(torch.roll(x, step, dims=1), 9, process())
    still = network.reverse_kernel(x, 9, process())
    shifted = slice(inner.start + step, inner.stop + step)
    torch.testing.assert_close(moved.mean[:, shifted, inner], still.mean[:, inner, inner], rtol=1e-5, atol=1e-5)


def test_the_paper_s_network_sees_the_state_and_not_the_time() -> None:
    network, x = network_of("multiscale_convolution"), states(1, 8, 8)
    assert isinstance(network, MultiscaleConvolution)
    coefficients = network.read_out(network(x.unsqueeze(1))).unflatten(1, (2, 3))
    for t in (1, 8, STEPS):
        bumps = network._bumps_at(t, STEPS, x)
        assert float(bumps.sum()) == pytest.approx(1.0)
        weighed = torch.einsum("npjhw,j->pnhw", coefficients, bumps[0])
        for at in (t, torch.tensor([t])):
            for found, wanted in zip(network.read_outs(x, at, process()), weighed, strict=True):
                torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-6)
    first, last = (network._bumps_at(t, STEPS, x).flatten() for t in (1, STEPS))
    assert int(first.argmax()) == 0
    assert int(last.argmax()) == 2
    torch.testing.assert_close(first, last.flip(0))


@pytest.mark.parametrize("kind", MAKERS)
def test_a_checkpoint_s_configuration_builds_the_network_again(kind: str) -> None:
    network = network_of(kind, 3)
    again: Any = build_network(network.kind, dict(network.config))
    again.load_state_dict(network.state_dict())
    x = states(1, 8, 8, 3)
    torch.testing.assert_close(again.reverse_kernel(x, 4, process()).mean, network.reverse_kernel(x, 4, process()).mean)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("channels", [0, 2, 4, True, "1", None, 1.0])
def test_other_numbers_of_channels_are_refused(kind: str, channels: object) -> None:
    made = MAKERS[kind](1)
    with pytest.raises(BadInputError, match="channels"):
        build_network(made.kind, dict(made.config) | {"channels": channels})


@pytest.mark.parametrize("kind", MAKERS)
def test_every_entry_of_the_configuration_is_checked(kind: str) -> None:
    made = MAKERS[kind](1)
    for name in made.config:
        for value in (-1, 10**9, 1.5, None):
            with pytest.raises(BadInputError, match=name):
                build_network(made.kind, dict(made.config) | {name: value})
    with pytest.raises(BadInputError, match="unknown entry 'more'"):
        build_network(made.kind, dict(made.config) | {"more": 1})


def test_a_u_net_of_a_file_that_says_nothing_of_later_entries_is_as_it_was() -> None:
    network = network_of("unet")
    config = {name: value for name, value in network.config.items() if name not in ("added", "variance_divisor")}
    again: Any = build_network("unet", config)
    again.load_state_dict(network.state_dict())
    x = states(2, 8, 8)
    torch.testing.assert_close(
        again.reverse_kernel(x, 4, process()).stddev, network.reverse_kernel(x, 4, process()).stddev
    )


def test_a_divided_read_out_of_the_variance_leaves_the_mean_alone() -> None:
    whole, divided = (UNet(1, width=4, frequencies=2, variance_divisor=divisor) for divisor in (1, 8))
    torch.nn.init.ones_(whole.read_out.bias)
    divided.load_state_dict(whole.state_dict())
    x = states(2, 8, 8)
    (z_mean, z_variance), (mean, variance) = (each.read_outs(x, 4, process()) for each in (whole, divided))
    torch.testing.assert_close(mean, z_mean)
    torch.testing.assert_close(variance, z_variance / 8)
    assert variance.abs().min() > 0


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(("channels", "shape"), [(1, (8, 8, 3)), (3, (8, 8)), (1, (64,)), (1, (8, 8, 4))])
def test_data_that_are_not_its_pictures_are_refused(kind: str, channels: int, shape: tuple[int, ...]) -> None:
    info = info_of(shape, np.zeros((1, *shape), dtype=np.float32))
    with pytest.raises(BadInputError, match="images, and the data have shape"):
        DiffusionModel(process(), network_of(kind, channels), info)
