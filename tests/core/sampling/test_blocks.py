"""A sample does not depend on how many are drawn: state i of a seed is the same, bit for bit, for every count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.data.formulas import Heartbeat, SwissRoll
from core.errors import BadInputError
from core.model import DiffusionModel, model_from
from core.networks.empirical import EmpiricalNetwork
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.posterior.inpainting import inpaint, preview
from core.processes.binomial import BinomialProcess
from core.processes.gaussian import GaussianProcess
from core.processes.schedules import constant_erasure, log_linear
from core.sampling import block_sizes
from core.sampling.block_sizes import covering_count
from core.sampling.blocks import blocks_of, joined, split
from core.sampling.predictions import next_means, x0_estimates
from core.sampling.starts import from_image, from_states, start_of
from core.sampling.trajectories import forward, noise_start, reverse, samples
from core.values.checkpoints import DataInfo
from core.values.inpainting import InpaintingRequest
from core.values.runs import Branch, Frame, RunSpec, Strided
from tests.support.chains import branches, deterministic, reverse_frames, strided
from tests.support.image_models import images_checkpoint, info_of, network_of

STEPS = 8
VECTORS, IMAGES = (1, 4, 16, 64, 99, 100, 101, 499, 501, 1000, 2003, 4100), (1, 3, 4, 5, 15, 16, 17, 32, 33, 64, 70)
Frames = Callable[[DiffusionModel, RunSpec], Iterator[Frame]]


def points() -> DiffusionModel:
    source = SwissRoll()
    shift, scale = source.standardisation()
    info = DataInfo(source.name, source.shape, (-15.0, 15.0), shift, scale, source.support()[:50])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = MultilayerPerceptron(2, width=37, layers=2)
        for parameter in network.parameters():
            torch.nn.init.normal_(parameter, std=0.3)
    rates = log_linear(STEPS, first=1e-3, alpha_bar_end=1e-3)
    return DiffusionModel(GaussianProcess(rates), network.eval().requires_grad_(False), info)


def bits() -> DiffusionModel:
    source = Heartbeat()
    info = DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = BitPerceptron(20, width=37, layers=2)
        torch.nn.init.normal_(network.read_out.weight, std=0.5)
    rates = constant_erasure(STEPS, first=1e-3)
    return DiffusionModel(BinomialProcess(rates), network.eval().requires_grad_(False), info)


def images(shape: tuple[int, ...] = (9, 7)) -> DiffusionModel:
    examples = np.random.default_rng(0).standard_normal((11, *shape)).astype(np.float32)
    rates = log_linear(STEPS, first=1e-3, alpha_bar_end=1e-3)
    return DiffusionModel(GaussianProcess(rates), network_of("unet"), info_of(shape, examples))


MODELS = pytest.mark.parametrize(("make", "counts"), [(points, VECTORS), (bits, VECTORS), (images, IMAGES)])


def denoised(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    yield from reverse_frames(model, replace(spec, denoise_from=5))


def futures(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    yield from branches(model, next(forward(model, replace(spec, count=1))).x[0], 5, spec)


def from_noised_image(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    if model.process.kind == "gaussian":
        yield from reverse(model, spec, from_image(model, np.full(model.data.shape, 0.5), 5, spec.count))


def sampled(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    yield Frame(0, np.concatenate([value.x for value in samples(model, spec) if value.x is not None]))


def strided_chains(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    yield from strided(model, spec, 4)
    if model.process.deterministic:
        yield from deterministic(model, spec, 4)


def predictions(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    frames = list(reverse(model, spec))
    yield from x0_estimates(model, frames)
    yield from next_means(model, frames)


def inpainted(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
    image = model.data.to_user(next(forward(model, replace(spec, count=1))).x)[0]
    mask = np.zeros(model.data.shape, dtype=bool)
    mask[: len(mask) // 2] = True
    for known_mode in ("noised", "clean"):
        request = InpaintingRequest(image, mask, spec.count, spec.seed, spec.threads, known_mode, resample_times=2)
        for frame in (*inpaint(model, request, x0_previews=3), *preview(model, request, 4)):
            if frame.images is not None:
                yield Frame(frame.t, frame.images.astype(np.float32))
    yield from (
        Frame(frame.t, frame.images.astype(np.float32))
        for frame in inpaint(model, InpaintingRequest(image, mask | True, spec.count, spec.seed, spec.threads))
        if frame.images is not None
    )


@MODELS
@pytest.mark.parametrize(
    "frames",
    [forward, reverse, sampled, strided_chains, denoised, futures, from_noised_image, predictions],
)
def test_state_i_is_the_same_for_every_count(
    make: Callable[[], DiffusionModel], counts: tuple[int, ...], frames: Frames
) -> None:
    model = make()
    most = list(frames(model, RunSpec(counts[-1], 5, threads=1)))
    for count in counts[:-1]:
        for few, many in zip(frames(model, RunSpec(count, 5, threads=1)), most, strict=True):
            assert few.t == many.t
            assert len(few.x) == count
            assert np.array_equal(few.x, many.x[:count])


@pytest.mark.parametrize(
    ("make", "counts"), [(points, (1, 4, 16, 99, 101, 120)), (bits, (4, 101, 120)), (images, (1, 4, 5, 16, 17))]
)
def test_result_i_of_inpainting_without_weights_is_the_same_for_every_count(
    make: Callable[[], DiffusionModel], counts: tuple[int, ...]
) -> None:
    test_state_i_is_the_same_for_every_count(make, counts, inpainted)


@MODELS
def test_any_part_of_the_chains_can_be_computed_alone(
    make: Callable[[], DiffusionModel], counts: tuple[int, ...]
) -> None:
    model, spec = make(), RunSpec(counts[-1], 5, threads=1)
    noised, whole = list(forward(model, spec)), list(reverse(model, spec))
    denoised_whole = list(denoised(model, spec))
    for chains in (range(4, spec.count), range(3, 9), range(counts[-3], spec.count - 1), range(spec.count - 1)):
        part = slice(chains.start, chains.stop)
        for one, all_of_them in zip(forward(model, spec, chains), noised, strict=True):
            assert np.array_equal(one.x, all_of_them.x[part])
        for one, all_of_them in zip(reverse(model, spec, noise_start(model, chains)), whole, strict=True):
            assert np.array_equal(one.x, all_of_them.x[part])
        start = replace(from_states(model, noised[5].x[part], 5), first=chains.start)
        for one, all_of_them in zip(reverse(model, spec, start), denoised_whole, strict=True):
            assert np.array_equal(one.x, all_of_them.x[part])


@MODELS
def test_futures_start_from_the_same_state_for_every_count(
    make: Callable[[], DiffusionModel], counts: tuple[int, ...]
) -> None:
    model, branch = make(), Branch(5, 2, 7)
    for denoise_from in (None, 6):
        few, many = (
            list(reverse_frames(model, RunSpec(count, 5, 1, denoise_from=denoise_from, branches=(branch,))))
            for count in (counts[1] + 2, counts[-1])
        )
        assert all(np.array_equal(one.x, other.x) for one, other in zip(few, many, strict=True))
        parent = reverse_frames(model, RunSpec(counts[-1], 5, 1, denoise_from=denoise_from))
        root = next(frame.x[2] for frame in parent if frame.t == 5)
        assert np.array_equal(few[0].x[0], root)


def test_only_the_block_of_the_branching_chain_is_computed(model: DiffusionModel) -> None:
    spec = RunSpec(10_000, 5, 1, branches=(Branch(3, 50, 7),))
    assert {len(frame.x) for frame in start_of(model, spec)} == {1}


def test_weighted_particles_still_depend_on_their_number() -> None:
    model = model_from(images_checkpoint(steps=10), "made up")
    image, mask = np.full((6, 5), 100, np.float32), np.ones((6, 5), dtype=bool)
    mask[0] = False
    few, many = (
        list(inpaint(model, InpaintingRequest(image, mask, count, 5, 1, weighted=True)))[-1].images for count in (4, 16)
    )
    assert few is not None
    assert many is not None
    assert len(few) == 4
    assert not np.array_equal(few, many[:4])


@pytest.mark.parametrize("shape", [(2,), (20,), (64,), (5000,), (8, 8), (28, 28), (64, 64, 3), (200, 200), (600, 600)])
def test_blocks_follow_each_other_and_do_not_depend_on_the_count(shape: tuple[int, ...]) -> None:
    many = blocks_of(shape, range(10_000))
    assert [block.index for block in many] == list(range(len(many)))
    assert [block.begin for block in many] == [0, *np.cumsum([block.size for block in many])[:-1]]
    for block in many:
        assert block.size == 1 or block.size * np.prod(shape) <= block_sizes.ENTRIES_AT_ONCE
    for count in (1, 3, 99, 500, 2001):
        few = blocks_of(shape, range(count))
        assert [(block.begin, block.size) for block in few] == [(block.begin, block.size) for block in many[: len(few)]]
        assert few[-1].begin < count <= few[-1].begin + few[-1].size == covering_count(shape, count)
        assert sum(block.wanted.stop - block.wanted.start for block in few) == count


def test_usual_counts_waste_nothing_and_few_states_are_cheap() -> None:
    for shape, counts in (((2,), (100, 500, 1000, 2000, 10_000)), ((28, 28), (4, 16, 64)), ((64, 64, 3), (4, 16, 64))):
        assert [covering_count(shape, count) for count in counts] == list(counts)
    assert covering_count((28, 28), 1) == 4
    assert covering_count((28, 28), 17) == 32


def test_states_are_split_into_whole_blocks_and_joined_again() -> None:
    x = np.random.default_rng(0).standard_normal((700, 2)).astype(np.float32)
    for wanted in (range(700), range(3, 703), range(150, 850)):
        parts_of = blocks_of((2,), wanted)
        parts = list(split(x, parts_of))
        assert [len(part) for part in parts] == [block.size for block in parts_of]
        assert np.array_equal(joined(parts, parts_of).numpy(), x)


@pytest.mark.parametrize("wanted", [range(0), range(5, 5), range(-1, 3), range(0, 8, 2)])
def test_numbers_that_do_not_follow_each_other_are_refused(wanted: range) -> None:
    with pytest.raises(BadInputError, match="consecutive"):
        blocks_of((2,), wanted)


def test_exact_networks_give_the_same_states_for_every_count() -> None:
    data = Heartbeat().support()
    info = DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), data)
    model = DiffusionModel(BinomialProcess(constant_erasure(12, first=1e-3)), EmpiricalNetwork.of(data), info)
    few, many = (list(reverse(model, RunSpec(count, 5, threads=1), strided=Strided(5))) for count in (30, 800))
    assert all(np.array_equal(one.x, other.x[:30]) for one, other in zip(few, many, strict=True))
