"""Descriptions of data in words."""

from __future__ import annotations

import pytest

from core.values.checkpoints import dimensions


@pytest.mark.parametrize(
    ("shape", "words"), [((1,), "1 dimension"), ((2,), "2 dimensions"), ((4, 1, 5), "4 x 1 x 5 dimensions")]
)
def test_the_dimensions_of_points_are_counted_in_words(shape: tuple[int, ...], words: str) -> None:
    assert dimensions(shape) == words
