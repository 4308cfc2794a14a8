"""Requests for inpainting as files: they come back as they were, and what is none is refused by its name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInputError
from core.formats.requests import load_request, save_request
from core.values.inpainting import DEFAULT_RESAMPLE_TIMES, InpaintingRequest
from tests.support.image_models import SHAPE


def test_a_request_comes_back_from_its_file(request_: InpaintingRequest, tmp_path: Path) -> None:
    made = dataclasses.replace(request_, known_mode="clean", resample_times=2, start=7, timing="fading")
    save_request(made, tmp_path / "wish.npz")
    read = load_request(tmp_path / "wish.npz")
    for field in dataclasses.fields(InpaintingRequest):
        one, other = getattr(made, field.name), getattr(read, field.name)
        assert np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other, field.name
    assert read.image.dtype == made.image.dtype


def test_a_confidence_comes_back_from_its_file(request_: InpaintingRequest, tmp_path: Path) -> None:
    made = dataclasses.replace(request_, confidence=np.linspace(0, 1, 30, dtype=np.float32).reshape(SHAPE))
    save_request(made, tmp_path / "soft.npz")
    read = load_request(tmp_path / "soft.npz")
    assert made.confidence is not None
    assert read.confidence is not None
    assert read.confidence.tobytes() == made.confidence.tobytes()
    assert np.array_equal(read.mask, made.mask)


def test_without_weights_steps_are_walked_again_unless_told_otherwise(
    request_: InpaintingRequest, tmp_path: Path
) -> None:
    plain = dataclasses.replace(request_, resample_times=None, weighted=False)
    save_request(plain, tmp_path / "usual.npz")
    for request in (plain, load_request(tmp_path / "usual.npz")):
        assert request.effective_resample_times == DEFAULT_RESAMPLE_TIMES > 0
        assert dataclasses.replace(request, weighted=True).effective_resample_times == 0
        assert dataclasses.replace(request, resample_times=0).effective_resample_times == 0


def _missing(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def _other(path: Path) -> None:
    np.savez(path, a=np.arange(3))


def _single(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.arange(3))


def _pickled(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, format=np.array([{"a": 1}], dtype=object))


def _without_mask(path: Path) -> None:
    with np.load(path) as file:
        values = {name: file[name] for name in file.files if name != "mask"}
    np.savez(path, **values)


def _mask_of_numbers(path: Path) -> None:
    with np.load(path) as file:
        values = {name: file[name] for name in file.files}
    np.savez(path, **{**values, "mask": np.ones(SHAPE)})


@pytest.mark.parametrize("spoil", [_missing, _cut, _other, _single, _pickled, _without_mask, _mask_of_numbers])
def test_a_file_that_is_none_is_refused_by_its_name(
    spoil: Callable[[Path], None], request_: InpaintingRequest, tmp_path: Path
) -> None:
    path = tmp_path / "wish.npz"
    save_request(request_, path)
    spoil(path)
    with pytest.raises(BadInputError, match=r"wish\.npz: "):
        load_request(path)
