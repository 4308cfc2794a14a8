"""The history of inpaintings: what it holds, in how much memory, and what it drops first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dpm_gui.paint.history.history import InpaintingHistory
from dpm_gui.paint.history.packing import PackedArray
from tests.support.painting import entry


@pytest.mark.parametrize(
    ("values", "size"),
    [
        (np.eye(16, dtype=np.float32), 32),
        (np.arange(256, dtype=np.float32).reshape(16, 16), 256),
        (np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16), 1024),
        (np.array([[np.nan, 300.0], [-1.0, np.inf]]), 32),
        (np.full((3, 3, 3), 7.0), 27),
    ],
)
def test_an_array_is_packed_into_few_bytes_without_loss(values: np.ndarray, size: int) -> None:
    packed = PackedArray.of(values)
    assert packed.data.nbytes == size
    found = packed.unpacked()
    assert (found.dtype, found.tobytes()) == (values.dtype, values.tobytes())
    assert packed.same_as(PackedArray.of(values.copy()))
    assert not packed.same_as(PackedArray.of(values + 1))


def test_entries_are_numbered_and_an_equal_one_is_there_once() -> None:
    history = InpaintingHistory()
    assert [history.add(entry(seed)) for seed in (1, 2, 1)] == [1, 2, 1]
    assert [each.number for each in history.entries] == [1, 2]
    found = history.find(2)
    assert found is not None
    assert found.state.same_as(entry(2).state)
    history.clear()
    assert (history.add(entry(3)), len(history.entries)) == (1, 1)


def test_the_samples_of_the_oldest_are_dropped_first_and_then_whole_entries_and_all_are_named() -> None:
    one = entry(1)
    whole = sum(array.nbytes for array in one.arrays())
    thin = sum(array.nbytes for array in one.without_samples().arrays())
    history = InpaintingHistory(most_bytes=2 * whole + thin)
    told: list[str] = []
    history.dropped.connect(told.append)
    for seed in (1, 2, 3):
        history.add(entry(seed))
    assert [each.summary is None for each in history.entries] == [True, False, False]
    assert len(told) == 1
    assert told[0].endswith("dropped the samples of inpainting 1 (seed 1)")
    for seed in range(4, 60):
        history.add(entry(seed))
        assert history.size <= 2 * whole + thin
    newest = history.entries[-1]
    assert (newest.seed, newest.summary is None) == (59, False)
    assert ", inpainting 1 (seed 1)" in " ".join(told)


def test_an_entry_too_large_for_the_memory_is_dropped_and_named() -> None:
    history = InpaintingHistory(most_bytes=100)
    told: list[str] = []
    history.dropped.connect(told.append)
    history.add(entry(1))
    assert history.entries == ()
    assert len(told) == 1
    assert told[0].endswith("dropped inpainting 1 (seed 1)")


def test_inpaintings_of_one_image_share_it() -> None:
    history, image = InpaintingHistory(), np.arange(256.0).reshape(16, 16)
    history.add(entry(1, image=image))
    alone = history.size
    history.add(entry(2, image=image.copy()))
    assert history.size == 2 * alone - 256
    assert history.entries[0].image is history.entries[1].image


def test_entries_that_were_removed_come_back_in_their_places() -> None:
    history = InpaintingHistory()
    for seed in (1, 2, 3):
        history.add(entry(seed))
    gone = history.find(2)
    assert gone is not None
    history.remove([2])
    assert [each.number for each in history.entries] == [1, 3]
    history.put_back([replace(gone, summary=None)])
    assert [each.number for each in history.entries] == [1, 2, 3]
