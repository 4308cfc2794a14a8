"""Recipes for user data: a network and a schedule for each kind of data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.data.user_data import UserData, read_data
from core.errors import BadInputError
from core.networks.base import Network
from core.networks.multiscale import MultiscaleConvolution
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.networks.unet import UNet
from core.processes.schedules import Schedule, constant_erasure, log_linear
from core.recipes.images import IMAGE_TRAINING, image_schedule
from core.recipes.recipe import Recipe
from core.values.checkpoints import Checkpoint, channels_of, pixels_of

USER_DATA = "own data"
"""Name in checkpoints of the recipe for user data."""
LICENCE = "that of the data"
POINT_STEPS = 40
BIT_STEPS = 1000
FIRST_BIT_RATE = 2e-5
"""beta_1 of bits: so small that the final kernel contributes least to the loss."""
MOST_NUMBERS = 2**19
"""Largest batch of points or bits, in numbers: 4096 examples of 128."""
IMAGE_BATCH = 32
BATCH_PIXELS = IMAGE_BATCH * 32 * 32
CIFAR_SHAPE = (32, 32, 3)


def user_recipe(data: UserData) -> Recipe:
    """Return the recipe for ``data``: an MLP for points and for bits, a U-Net for images."""
    if data.kind == "binomial":
        return _bits(data)
    return _images(data) if data.info.is_image else _points(data)


def cifar10(data: UserData) -> Recipe:
    """Return the paper's experiment on CIFAR-10 (section 3.2.2), with its own network.

    Raises:
        BadInputError: If ``data`` are not RGB images of 32 x 32.
    """
    if data.info.shape != CIFAR_SHAPE or not data.info.is_image:
        raise BadInputError(f"cifar10: it needs RGB images of 32 x 32, and these have shape {data.info.shape}")
    return replace(
        user_recipe(data),
        name="cifar10",
        title="CIFAR-10",
        network=lambda _: MultiscaleConvolution(channels=3, width=64, dense=128),
        learning_rate=2e-3,
        steps=20_000,
    )


@dataclass(frozen=True, slots=True)
class DataRecipe:
    """A recipe whose data are not shipped: ``make`` makes it from them; ``summary`` is one line for `dpm recipes`."""

    make: Callable[[UserData], Recipe]
    summary: str


WITH_DATA: Mapping[str, DataRecipe] = {
    "cifar10": DataRecipe(
        cifar10, "CIFAR-10 as in the paper, its network, T = 1000; give the folder of batches with --data; some hours"
    )
}


def data_recipe(name: str | None, path: str, side: int | None) -> tuple[Recipe, str]:
    """Return a recipe for the data at ``path``, and a sentence that tells how they were interpreted.

    Args:
        name: Name of the recipe; None for the one that fits the kind of data.
        path: The data, as for `core.data.user_data.read_data`.
        side: Side of training images, pixels, or None for the default.

    Raises:
        BadInputError: If the data cannot be used, or the recipe called ``name`` is for other data.
    """
    if name is not None and name not in WITH_DATA:
        raise BadInputError(f"--data: the recipe {name!r} has data of its own; leave one of the two out")
    data = read_data(path, side)
    if side is not None and not data.info.is_image:
        raise BadInputError(f"--side: it is for images, and {path} holds rows of numbers")
    return (user_recipe(data) if name is None else WITH_DATA[name].make(data)), data.sentence


def resumed_recipe(checkpoint: Checkpoint, path: object, data_path: str | None) -> Recipe | None:
    """Return the recipe of the unfinished training in ``checkpoint``, read from ``path``, if it used user data.

    Returns None if its data are shipped and no ``data_path`` is given.

    Raises:
        BadInputError: If the data are needed but not given, given but not needed, or not those of the training.
    """
    name = None if checkpoint.training is None else checkpoint.training.recipe
    needed = name == USER_DATA or name in WITH_DATA
    if data_path is None and not needed:
        return None
    if data_path is None:
        raise BadInputError(
            f"{path}: it was trained on {checkpoint.data.name!r}; give these data again with --data PATH"
        )
    if not needed:
        raise BadInputError(f"--data: {path} was trained on shipped data; leave it out")
    shape = checkpoint.data.shape
    side = shape[0] if checkpoint.data.is_image and shape[0] == shape[1] else None
    old = checkpoint.data
    data = read_data(data_path, side, older=old.held_out is None)
    new = data.info
    same = old.shape == new.shape and np.array_equal(old.examples, new.examples)
    if not same or not (old.held_out is None or np.array_equal(old.held_out, np.asarray(new.held_out))):
        raise BadInputError(f"--data: {data_path} is not what {path} was trained on")
    data = replace(data, info=replace(old, held_out=new.held_out))  # the file may have been renamed
    return user_recipe(data) if name == USER_DATA else WITH_DATA[str(name)].make(data)


def _points(data: UserData) -> Recipe:
    dimensions = data.info.shape[0]
    recipe = _suited(
        data,
        log_linear(POINT_STEPS, first=1e-3, alpha_bar_end=1e-3),
        lambda _: MultilayerPerceptron(dimensions, width=128, layers=3, fourier_features=4),
    )
    return replace(recipe, learns_schedule=True)


def _bits(data: UserData) -> Recipe:
    dimensions = data.info.shape[0]
    recipe = _suited(
        data,
        constant_erasure(BIT_STEPS, first=FIRST_BIT_RATE),
        lambda _: BitPerceptron(dimensions, width=max(128, min(512, 2 * dimensions)), layers=3),
    )
    return replace(recipe, batch=max(64, min(4096, MOST_NUMBERS // dimensions)))


def _images(data: UserData) -> Recipe:
    shape = data.info.shape
    recipe = _suited(data, image_schedule(), lambda _: UNet(channels=channels_of(shape)))
    batch = max(4, min(IMAGE_BATCH, BATCH_PIXELS // pixels_of(shape)))
    return replace(recipe, **{**IMAGE_TRAINING, "batch": batch})


def _suited(data: UserData, betas: Schedule, network: Callable[[int], Network]) -> Recipe:
    """Return a recipe with the given rates and network and the settings that all kinds of data share."""
    return Recipe(
        name=USER_DATA,
        title=data.info.name,
        summary=data.interpreted_as,
        interpreted_as=data.interpreted_as,
        kind=data.kind,
        source=data.source,
        validation_source=data.validation,
        info=data.info,
        betas=betas,
        network=network,
        licence=LICENCE,
    )
