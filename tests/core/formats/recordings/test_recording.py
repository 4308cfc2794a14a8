"""Recordings: every frame exactly, in any order, alike in memory, in a temporary file and in HDF5."""

from __future__ import annotations

import gc
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import BadInputError
from core.formats.recordings.recording import DEFAULT_CAP, TrajectoryRecording, make
from core.model import DiffusionModel
from core.sampling.trajectories import reverse
from core.values.runs import Frame, RunSpec
from tests.support.frames import COUNT, SHAPE, STEPS, numbers, same, some_bits

Maker = Callable[..., TrajectoryRecording]


@pytest.fixture(params=["memory", "disk", "hdf5"])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    """Makes a recording in one home after the other."""

    def begin(
        kind: str = "gaussian", steps: int = STEPS, count: int = COUNT, shape: tuple[int, ...] = SHAPE
    ) -> TrajectoryRecording:
        if request.param == "hdf5":
            return make(steps, count, shape, kind, file=tmp_path / "trajectory.h5")
        return make(steps, count, shape, kind, DEFAULT_CAP if request.param == "memory" else 0, folder=tmp_path)

    return begin


def test_every_frame_comes_back_to_the_last_bit_in_any_order(record: Maker) -> None:
    frames = {t: numbers(t) for t in (6, 0, 3, 5, 1, 2, 4)}
    with record() as recording:
        for frame in frames.values():
            recording.add(frame)
        for t in (2, 6, 0, 5, 5, 1, 3, 4):
            found = recording.frame(t)
            assert found is not None
            assert found.t == t
            assert same(found.x, frames[t].x)


def test_bits_come_back_as_they_were_and_take_a_byte_each(record: Maker) -> None:
    with record("binomial") as recording:
        for t in range(STEPS, -1, -1):
            recording.add(some_bits(t))
        for t in range(STEPS + 1):
            found = recording.frame(t)
            assert found is not None
            assert same(found.x, some_bits(t).x)
        assert same(recording.path(7), np.stack([some_bits(t).x[7] for t in range(STEPS + 1)]))


def test_a_recording_is_complete_when_the_last_frame_has_come(record: Maker) -> None:
    with record() as recording:
        assert recording.steps == STEPS
        for t in range(STEPS, -1, -1):
            assert not recording.complete
            assert recording.frame(t) is None
            recording.add(numbers(t))
            assert recording.frame(t) is not None
        assert recording.complete


def test_a_path_is_one_trajectory_through_the_frames_that_are_there(record: Maker) -> None:
    with record() as recording:
        with pytest.raises(BadInputError, match="no frame"):
            recording.path(0)
        for t in (6, 5, 2):
            recording.add(numbers(t))
        for index in (0, 11, COUNT - 1):
            assert same(recording.path(index), np.stack([numbers(t).x[index] for t in (2, 5, 6)]))
        for index in (-1, COUNT):
            with pytest.raises(BadInputError, match=f"^index: {index} "):
                recording.path(index)


def test_what_is_given_out_is_read_only_and_outlives_the_recording(record: Maker) -> None:
    recording = record()
    source = numbers(4).x.copy()
    recording.add(Frame(4, source))
    source[...] = 0.0
    recording.add(numbers(5))
    found = recording.frame(4)
    assert found is not None
    with pytest.raises(ValueError, match="read-only"):
        found.x[0] = 1.0
    recording.close()
    del recording
    gc.collect()
    assert same(found.x, numbers(4).x)


def test_a_closed_recording_says_so_and_may_be_closed_again(record: Maker) -> None:
    recording = record()
    recording.add(numbers(2))
    recording.close()
    recording.close()
    for late in (lambda: recording.frame(2), lambda: recording.add(numbers(3)), lambda: recording.path(0)):
        with pytest.raises(BadInputError, match="closed"):
            late()


def test_frames_that_do_not_belong_are_refused_and_change_nothing(record: Maker) -> None:
    x = numbers(0).x
    bad = [
        (Frame(7, x), "^t: 7 "),
        (Frame(-1, x), "^t: -1 "),
        (Frame(3, x[:-1]), r"^frame 3: float32 of shape \(29, 2, 3\)"),
        (Frame(3, x.astype(np.float64)), "^frame 3: float64"),
        (numbers(5), "^frame 5: it is there already"),
    ]
    with record() as recording:
        recording.add(numbers(5))
        for frame, message in bad:
            with pytest.raises(BadInputError, match=message):
                recording.add(frame)
        for t in (7, -1):
            with pytest.raises(BadInputError, match=f"^t: {t} "):
                recording.frame(t)
        assert [t for t in range(STEPS + 1) if recording.frame(t) is not None] == [5]


def test_what_is_no_bit_is_refused_among_bits(record: Maker) -> None:
    for value in (0.5, 2.0, math.nan, -1.0):
        x = some_bits(1).x.copy()
        x[3, 1, 1] = value
        with record("binomial") as recording, pytest.raises(BadInputError, match=r"^frame 1: .* neither 0 nor 1"):
            recording.add(Frame(1, x))


def test_a_run_that_is_recorded_is_the_run(record: Maker, model: DiffusionModel) -> None:
    spec = RunSpec(COUNT, 3, threads=1)
    with record(steps=5, shape=(2,)) as recording:
        for frame in reverse(model, spec):
            recording.add(frame)
        assert recording.complete
        for frame in reverse(model, spec):
            found = recording.frame(frame.t)
            assert found is not None
            assert same(found.x, frame.x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 5, (2,), "gaussian"), "^steps: -1 "),
        ((3, 0, (2,), "gaussian"), "^count: 0 "),
        ((3, 5, (2, 0), "gaussian"), "^shape: 0 "),
        ((3, 5, (2,), "poisson"), "^kind: 'poisson' "),
        ((3, 5, (2,), "gaussian", -1), "^cap: -1 "),
    ],
)
def test_recordings_that_cannot_be_are_refused_by_name(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        make(*arguments)
