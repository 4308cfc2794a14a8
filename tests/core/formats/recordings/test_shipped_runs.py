"""Shipped recordings: states come back to half of what they were rounded to; those in assets/ fit their checkpoints."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.formats import checkpoints
from core.formats.recordings import shipped_runs
from core.formats.recordings.cache import sha256_of
from core.formats.recordings.run_files import SIDES, BadRunFileError, RunFacts
from core.formats.recordings.shipped_runs import ShippedRun
from core.model import model_from
from core.runtime.assets import asset, shipped_models
from core.sampling.trajectories import forward, reverse
from core.values.measurements import StepEntropies
from core.values.runs import RunSpec

MOST_BYTES = 6 * 10**6
STEPS = (8, 5, 2, 0)


def made_up(kind: str = "gaussian", size: float = 0.25, count: int = 5) -> ShippedRun:
    """A recording of rows of three numbers or bits."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((len(STEPS), count, 3)).astype(np.float32)
    states = {side: (x > 0).astype(np.float32) if kind == "binomial" else x + place for place, side in enumerate(SIDES)}
    tables = StepEntropies(*(np.arange(8.0) + place for place in range(3)))
    along = dict.fromkeys(SIDES, np.linspace(0, 1, count, dtype=np.float32))
    facts = RunFacts(kind, (3,), dict.fromkeys(SIDES, 8), dict.fromkeys(SIDES, count), tables, True, along)
    sizes = dict.fromkeys(SIDES, np.full(len(STEPS), size, np.float32))
    return ShippedRun("ab" * 32, 17, facts, STEPS, states, sizes)


@pytest.mark.parametrize(("kind", "size"), [("gaussian", 0.25), ("gaussian", 0.001), ("binomial", 1.0)])
def test_states_come_back_rounded_and_facts_exactly(tmp_path: Path, kind: str, size: float) -> None:
    run = made_up(kind, size)
    shipped_runs.write(tmp_path / "run.npz", run)
    found = shipped_runs.read(tmp_path / "run.npz")
    assert (found.sha256, found.seed, found.steps) == (run.sha256, run.seed, run.steps)
    for name in ("kind", "shape", "tops", "counts", "takes_any_size"):
        assert getattr(found.facts, name) == getattr(run.facts, name)
    np.testing.assert_array_equal(found.facts.entropies.lower, run.facts.entropies.lower)
    most = 0.0 if kind == "binomial" else size / 2 + 1e-6
    for side in SIDES:
        np.testing.assert_allclose(found.states[side], run.states[side], rtol=0, atol=most)
        np.testing.assert_allclose(found.facts.along[side], run.facts.along[side], rtol=0, atol=1 / 500)


def test_equal_recordings_are_equal_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        shipped_runs.write(tmp_path / name, made_up())
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("part", ["format", "steps", "size_forward", "changes_reverse", "upper", "kind"])
def test_a_recording_with_a_part_missing_or_of_another_form_is_refused(tmp_path: Path, part: str) -> None:
    shipped_runs.write(tmp_path / "run.npz", made_up())
    with np.load(tmp_path / "run.npz") as file:
        arrays = {name: file[name] for name in file.files}
    np.savez(tmp_path / "without.npz", **{name: values for name, values in arrays.items() if name != part})
    np.savez(tmp_path / "other.npz", **arrays | {part: np.array([3, 1])})
    for name in ("without", "other"):
        with pytest.raises(BadRunFileError):
            shipped_runs.read(tmp_path / f"{name}.npz")


@pytest.mark.parametrize("length", [0, 100, 1000])
def test_a_recording_that_was_cut_short_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "run.npz"
    shipped_runs.write(path, made_up())
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(BadRunFileError):
        shipped_runs.read(path)


# --------------------------------------------------------------------------------------------------- those in assets/
def recording_of(model: str) -> Path:
    """The recording of a shipped model as it is now; `make recordings` makes it."""
    return asset("recordings") / shipped_runs.file_name(model, sha256_of(shipped_models()[model]))


def test_every_shipped_checkpoint_has_a_recording_and_there_are_no_others() -> None:
    files = sorted(asset("recordings").iterdir())
    assert files == sorted(map(recording_of, shipped_models()))
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


@pytest.mark.parametrize("model", sorted(shipped_models()))
def test_a_shipped_recording_fits_its_checkpoint(model: str) -> None:
    run, checkpoint = shipped_runs.read(recording_of(model)), checkpoints.read(shipped_models()[model])
    assert run.sha256 == sha256_of(shipped_models()[model])
    assert run.seed == RunSpec().seed
    assert run.facts.fit(checkpoint)
    assert run.steps[0] == checkpoint.steps
    for side in SIDES:
        assert 0.5 < np.abs(run.states[side][-1]).max() < 10.0  # data, model units


@pytest.mark.parametrize(
    ("model", "count", "last"), [("swiss_roll", 100, 0), ("heartbeat_fast", 100, 0), ("digits", 4, 990)]
)
def test_a_shipped_recording_shows_the_chains_of_its_checkpoint(model: str, count: int, last: int) -> None:
    """Another processor rounds otherwise; a chain of points may then part from the recorded one, and few do."""
    path = shipped_models()[model]
    run, engine = shipped_runs.read(recording_of(model)), model_from(checkpoints.read(path), str(path))
    assert run.facts.entropies.upper == pytest.approx(engine.process.entropies().upper)
    spec = replace(RunSpec(threads=torch.get_num_threads()), count=count)
    for side, frames in ((SIDES[0], forward(engine, spec)), (SIDES[1], reverse(engine, spec))):
        for frame in frames:
            if side == SIDES[1] and frame.t < last:
                break
            if frame.t in run.steps:
                place = run.steps.index(frame.t)
                apart = np.abs(run.states[side][place, :count] - frame.x).reshape(count, -1).max(axis=1)
                assert np.mean(apart > run.sizes[side][place] / 2 + 0.01) <= 0.05
