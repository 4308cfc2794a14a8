"""Which part of user data is for training, which for validation, and which is held out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from core.data.splitting import split_columns, split_indices


@pytest.mark.parametrize(
    ("count", "held_out", "validation"),
    [
        (10, 3, 1),
        (14, 4, 2),
        (40, 10, 6),
        (60, 15, 10),
        (400, 100, 60),
        (1000, 100, 100),
        (5000, 500, 500),
        (60_000, 512, 512),
    ],
)
def test_the_fewer_examples_the_larger_the_share_held_out(count: int, held_out: int, validation: int) -> None:
    parts = split_indices(count)
    assert (len(parts.held_out), len(parts.validation)) == (held_out, validation)
    assert sorted([*parts.training, *parts.validation, *parts.held_out]) == list(range(count))
    assert np.abs(parts.held_out.mean() / count - 0.5) < 6 * 0.29 / math.sqrt(held_out)


@pytest.mark.parametrize(("count", "kept"), [(10, 2), (100, 10), (60_000, 1000)])
def test_an_older_training_finds_the_parts_that_it_had(count: int, kept: int) -> None:
    older, newer = split_indices(count, older=True), split_indices(count)
    assert (len(older.held_out), len(older.validation)) == (kept, 0)
    assert set(older.held_out) & set(newer.held_out)  # the order of both is the same


@pytest.mark.parametrize(
    ("height", "width", "side", "images", "parts"),
    [
        (200, 400, 28, 1, (304, 40, 56)),  # two columns of tiles hold ten
        (90, 400, 28, 1, (260, 40, 100)),  # a quarter at most
        (32, 64, 32, 1, (32, None, 32)),  # nothing is left to choose by
        (320, 2000, 32, 3, (1600, 200, 200)),
    ],
)
def test_columns_of_a_picture_are_for_training_for_validation_and_held_out(
    height: int, width: int, side: int, images: int, parts: tuple[int, int | None, int]
) -> None:
    image = np.tile(np.arange(width) % 256, (height, 1)).astype(np.uint8)
    columns = split_columns(image, side, images)
    assert tuple(None if part is None else part.shape[1] for part in columns) == parts
    assert np.array_equal(np.concatenate([part for part in columns if part is not None], axis=1), image)
