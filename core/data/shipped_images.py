"""The shipped images: digits, textures and colour photographs; and all image sources by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data.crops import Crops, split_by_columns, without_corner
from core.data.dead_leaves import MAX_SIDE, MIN_SIDE, DeadLeaves
from core.data.images import GreyLevelSource, StoredImages
from core.errors import BadInputError
from core.runtime.assets import asset
from core.values.arrays import read_only
from core.values.checkpoints import RGB

TEST_DIGITS = 100
"""Held-out digits of each class: the last ones."""
TEXTURES = ("brick", "grass", "gravel")
MIRRORED = ("brick",)
"""Textures that are as likely as their mirror images."""
TEST_CORNER = 192
"""Side of the held-out corner of a texture, bottom right, pixels."""
PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "retina", "rocket")
TEST_SHARE = 0.25
"""Held-out share of a photograph's width, on the right."""
MAX_PATCH = 96
"""Width of a photograph's held-out part, pixels."""


class Digits(StoredImages):
    """Handwritten digits of MNIST, 28 x 28: 9 000 for training; the last hundred of each class are held out.

    Attributes:
        labels: The digit that each of ``stored`` shows, uint8 ``[9000]``.
        held_out_labels: The same for the held-out digits, uint8 ``[1000]``.
    """

    def __init__(self) -> None:
        images, labels = _digits()
        is_held_out = np.zeros(len(labels), dtype=bool)
        for label in np.unique(labels):
            is_held_out[np.flatnonzero(labels == label)[-TEST_DIGITS:]] = True
        super().__init__("digits", images[~is_held_out], images[is_held_out])
        self.labels = labels[~is_held_out]
        self.held_out_labels = labels[is_held_out]


class Texture(Crops):
    """Crops of a grey texture of 512 x 512 pixels that do not overlap its held-out corner.

    Half of the crops of the brick wall, at random, are mirrored.

    Args:
        name: "brick", "grass" or "gravel".
        side: Pixels of a side of a crop, 1 … 192.

    Attributes:
        whole: The whole texture, ``[512, 512]``, uint8.
        test_corner: Its held-out corner, bottom right, ``[192, 192]``, uint8.

    Raises:
        BadInputError: If there is no such texture, or the crops are larger than the held-out corner.
    """

    def __init__(self, name: str, side: int = 64) -> None:
        if name not in TEXTURES:
            raise BadInputError(f"there is no texture {name!r}; there are: {', '.join(TEXTURES)}")
        if not 1 <= side <= TEST_CORNER:
            raise BadInputError(f"side: {side} pixels are not between 1 and {TEST_CORNER}")
        self.whole = _image(name)
        fields, corner = without_corner(self.whole, TEST_CORNER, (side, side))
        self.test_corner = corner
        super().__init__(name, fields, (side, side), mirrored=name in MIRRORED, held_out_data=[corner])


class ColourPatches(Crops):
    """Crops of five colour photographs; the right quarter of each is held out, and no training crop overlaps it.

    Args:
        side: Pixels of a side of a crop, 1 … 96.

    Raises:
        BadInputError: If the crops are wider than the held-out quarter.
    """

    def __init__(self, side: int = 32) -> None:
        if not 1 <= side <= MAX_PATCH:
            raise BadInputError(f"side: {side} pixels are not between 1 and {MAX_PATCH}")
        parts = [split_by_columns(_image(name), TEST_SHARE) for name in PHOTOGRAPHS]
        fields, held_out_data = zip(*parts, strict=True)
        super().__init__("colour_patches", fields, (side, side), mirrored=True, held_out_data=held_out_data)


def _dead_leaves(shape: tuple[int, ...]) -> GreyLevelSource | None:
    fits = len(shape) == 2 and shape[0] == shape[1] and MIN_SIDE <= shape[0] <= MAX_SIDE
    return DeadLeaves(shape[0]) if fits else None


def _texture(name: str) -> Callable[[tuple[int, ...]], GreyLevelSource | None]:
    def make(shape: tuple[int, ...]) -> GreyLevelSource | None:
        fits = len(shape) == 2 and shape[0] == shape[1] <= TEST_CORNER
        return Texture(name, shape[0]) if fits else None

    return make


def _colour_patches(shape: tuple[int, ...]) -> GreyLevelSource | None:
    fits = len(shape) == 3 and shape[0] == shape[1] <= MAX_PATCH and shape[2] == RGB
    return ColourPatches(shape[0]) if fits else None


IMAGE_SOURCES: Mapping[str, Callable[[tuple[int, ...]], GreyLevelSource | None]] = {
    "dead_leaves": _dead_leaves,
    "digits": lambda shape: Digits() if shape == (28, 28) else None,
    **{name: _texture(name) for name in TEXTURES},
    "colour_patches": _colour_patches,
}
"""By name: a function that makes the source for examples of a shape, or returns None if it has none of that shape."""


@cache
def _digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    with np.load(asset("data/digits.npz")) as file:
        return read_only(file["pictures"]), read_only(file["labels"])


@cache
def _image(name: str) -> NDArray[np.uint8]:
    with Image.open(asset(f"data/{name}.png")) as image:
        return read_only(np.array(image))
