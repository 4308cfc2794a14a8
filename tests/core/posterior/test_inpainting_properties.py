"""What is true of every mask and every request: files give them back, and known entries stay what they are."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.requests import load_request, save_request
from core.model import DiffusionModel, model_from
from core.posterior.inpainting import inpaint, preview
from core.values.inpainting import InpaintingRequest
from core.values.potentials import KNOWN_MODES, TIMINGS
from tests.support.image_models import images_checkpoint, result
from tests.support.properties import examples

SHAPE = (3, 4)
STEPS = 6

masks = arrays(np.bool_, SHAPE)
levels = arrays(np.float32, SHAPE, elements=st.floats(0, 255, width=32))
shapes = st.one_of(st.tuples(st.integers(1, 5)), st.tuples(st.integers(1, 5), st.integers(1, 5)), st.just((2, 3, 3)))
images = shapes.flatmap(
    lambda shape: st.sampled_from(("<f4", "<f8", "|u1", "|b1", ">i2")).flatmap(lambda dtype: arrays(dtype, shape))
)
options = st.fixed_dictionaries(
    {},
    optional={
        "count": st.integers(1, 99),
        "seed": st.integers(0, 2**31),
        "threads": st.integers(1, 4),
        "known_mode": st.sampled_from(KNOWN_MODES),
        "resample_times": st.integers(0, 5),
        "timing": st.sampled_from(TIMINGS),
        "weighted": st.booleans(),
        "start": st.integers(1, 1000),
        "particles": st.integers(1, 200),
    },
)


@pytest.fixture(scope="module")
def model() -> DiffusionModel:
    """The exact model of twelve small images, in few steps."""
    return model_from(images_checkpoint(SHAPE, STEPS), "twelve.h5")


@examples(80)
@given(images, st.data(), options)
def test_a_request_comes_back_from_its_file(
    tmp_path_factory: pytest.TempPathFactory, image: NDArray[np.generic], data: st.DataObject, asked: dict[str, object]
) -> None:
    assume(image.dtype.kind != "f" or np.isfinite(image).all())
    mask = data.draw(arrays(np.bool_, image.shape))
    try:
        request = InpaintingRequest(image, mask, **asked)  # type: ignore[arg-type]
    except BadInputError:
        return  # options that exclude each other
    path = tmp_path_factory.getbasetemp() / "request.npz"
    save_request(request, path)
    found = load_request(path)
    assert (found.image.dtype, found.image.tobytes()) == (request.image.dtype, request.image.tobytes())
    assert np.array_equal(found.mask, request.mask)
    for field in dataclasses.fields(request):
        if field.name not in ("image", "mask"):
            assert getattr(found, field.name) == getattr(request, field.name), field.name


@pytest.mark.parametrize("known_mode", KNOWN_MODES)
@pytest.mark.parametrize("weighted", [False, True])
def test_known_entries_stay_what_they_are_bit_for_bit(model: DiffusionModel, known_mode: str, weighted: bool) -> None:
    @examples(15)
    @given(levels, masks, st.integers(0, 2**31), st.sampled_from((None, 2)))
    def holds(image: NDArray[np.float32], mask: NDArray[np.bool_], seed: int, resampled: int | None) -> None:
        assume(mask.any())
        times = None if weighted else resampled
        request = InpaintingRequest(
            image, mask, 2, seed, threads=1, known_mode=known_mode, resample_times=times, weighted=weighted
        )
        for found in (result(inpaint(model, request)), *list(preview(model, request, 3))[-1:]):
            assert found.images.shape == (2, *SHAPE)
            assert np.isfinite(found.images).all()
        assert (result(inpaint(model, request)).images[:, ~mask] == image[~mask]).all()

    holds()


@examples(40)
@given(levels, masks, masks)
def test_what_is_masked_has_no_part_in_a_request_that_starts_from_noise(
    model: DiffusionModel, image: NDArray[np.float32], mask: NDArray[np.bool_], painted: NDArray[np.bool_]
) -> None:
    assume(mask.any())
    changed = np.where(mask & painted, np.float32(7), image)
    one, other = (InpaintingRequest(each, mask, 1, 3, threads=1) for each in (image, changed))
    assert result(inpaint(model, one)).images.tobytes() == result(inpaint(model, other)).images.tobytes()
