"""Checkpoints of pictures: what is saved is what is loaded, and a configuration cannot ask for more than is there."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch

from core.errors import BadCheckpointError
from core.formats.checkpoints import load, save
from core.model import model_from
from core.values.checkpoints import Checkpoint, NetworkInfo
from tests.support.image_models import MAKERS, info_of, network_of, process, states


def checkpoint_of(kind: str, channels: int = 1, dtype: type = np.float32) -> Checkpoint:
    shape = (8, 12) if channels == 1 else (8, 12, 3)
    rng = np.random.default_rng(0)
    info = info_of(shape, rng.integers(0, 256, size=(4, *shape)).astype(np.float32))
    info = dataclasses.replace(info, shift=np.array(128.0), scale=np.array(74.0), grey_level=1.0)
    network = network_of(kind, channels)
    weights = {name: value.numpy().astype(dtype) for name, value in network.state_dict().items()}
    made = NetworkInfo(network.kind, network.config, weights)
    return Checkpoint("Mine", "2026-01-31T12:00Z", "MIT", "gaussian", process().betas.numpy(), made, info)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_a_model_of_pictures_comes_back_as_it_was(kind: str, channels: int, dtype: type, tmp_path: Path) -> None:
    wanted, path = checkpoint_of(kind, channels, dtype), tmp_path / "pictures.h5"
    save(wanted, path)
    found = load(path)
    assert found.data.grey_level == 1.0
    assert np.array_equal(found.data.examples, wanted.data.examples)
    assert {weight.dtype for weight in found.network.weights.values()} == {np.dtype(dtype)}
    x = states(2, *wanted.data.shape)
    one, other = (model_from(checkpoint, path).reverse_kernel(x, 7) for checkpoint in (wanted, found))
    assert torch.equal(one.mean, other.mean)
    assert one.mean.dtype == torch.float32


@pytest.mark.parametrize("kind", MAKERS)
def test_a_configuration_that_asks_for_more_than_is_there_is_refused(kind: str, tmp_path: Path) -> None:
    checkpoint, path = checkpoint_of(kind), tmp_path / "pictures.h5"
    config = dict(checkpoint.network.config) | {"width": 512}
    save(dataclasses.replace(checkpoint, network=dataclasses.replace(checkpoint.network, config=config)), path)
    with pytest.raises(BadCheckpointError, match="/network/weights/"):
        model_from(load(path), path)


@pytest.mark.parametrize("level", [0.0, -1.0, np.nan, np.inf])
def test_a_grey_level_has_a_width(level: float, tmp_path: Path) -> None:
    path = tmp_path / "pictures.h5"
    save(checkpoint_of("unet"), path)
    with h5py.File(path, "r+") as file:
        file["data"].attrs["grey_level"] = level
    with pytest.raises(BadCheckpointError, match="grey_level"):
        load(path)
