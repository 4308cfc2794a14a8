"""Remembered runs: what is saved comes back exactly, and whatever is wrong is as if nothing had been remembered."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.formats.recordings import cache as cache_module
from core.formats.recordings.cache import RunCache, RunKey, sha256_of
from core.formats.recordings.run_files import MAGIC, SIDES, BadRunFileError, RunFacts
from core.values.measurements import StepEntropies
from core.values.runs import Frame

KEY = RunKey("ab" * 32, 17, 2, None)
STEPS, LIMIT = 4, 10**6


class Told(list[str]):
    """What a cache has told."""


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def cache(tmp_path: Path, told: Told) -> RunCache:
    return RunCache(tmp_path / "runs", LIMIT, told.append)


def facts_of(kind: str = "gaussian", count: int = 3, top: int = STEPS) -> RunFacts:
    """The facts of a run of points or rows of three bits."""
    tables = StepEntropies(np.arange(4.0), np.array([-np.inf, 0.1, 0.2, 0.3]), np.arange(4.0) / 3)
    along = dict.fromkeys(SIDES, np.linspace(0.0, 1.0, count, dtype=np.float32))
    counts = {"forward": count + 1, "reverse": count}
    return RunFacts(kind, (3,), {"forward": STEPS, "reverse": top}, counts, tables, True, along)


def frames_of(facts: RunFacts) -> Iterator[Frame]:
    """Made-up frames, all different."""
    rng = np.random.default_rng(0)
    for side, t in facts.order():
        x = rng.standard_normal((facts.counts[side], 3))
        yield Frame(t, (x > 0 if facts.kind == "binomial" else x).astype(np.float32))


def saved(cache: RunCache, key: RunKey = KEY, facts: RunFacts | None = None) -> RunFacts:
    """Save a run, and return its facts."""
    facts = facts or facts_of()
    assert len(list(cache.save(key, facts, frames_of(facts)))) == facts.frame_count
    return facts


def checked(cache: RunCache, key: RunKey = KEY) -> list[bool]:
    """Which of the frames that are remembered are sound, up to the first that is not."""
    found = cache.find(key)
    return [] if found is None else list(cache.check(key, found))


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "runs").iterdir())


# -------------------------------------------------------------------------------------------------------- what returns
@pytest.mark.parametrize("kind", ["gaussian", "binomial"])
@pytest.mark.parametrize("top", [STEPS, 2])
def test_a_run_comes_back_exactly_and_in_order(cache: RunCache, told: Told, kind: str, top: int) -> None:
    facts = saved(cache, facts=facts_of(kind, top=top))
    reader = cache.find(KEY)
    assert reader is not None
    read = reader.facts
    for name in ("kind", "shape", "tops", "counts", "takes_any_size"):
        assert getattr(read, name) == getattr(facts, name)
    for name in ("upper", "lower", "t_given_0"):
        np.testing.assert_array_equal(getattr(read.entropies, name), getattr(facts.entropies, name))
    np.testing.assert_array_equal(read.along["reverse"], facts.along["reverse"])
    for (side, t), frame in zip(facts.order(), frames_of(facts), strict=True):
        np.testing.assert_array_equal(reader.checked(side, t), frame.x)
    assert checked(cache) == [True] * facts.frame_count
    assert told == []


@pytest.mark.parametrize("change", [{"seed": 18}, {"threads": 1}, {"denoise_from": 3}, {"checkpoint": "cd" * 32}])
def test_another_spec_or_checkpoint_is_another_run(cache: RunCache, told: Told, change: dict[str, object]) -> None:
    saved(cache)
    other = replace(KEY, **change)  # type: ignore[arg-type]
    assert cache.find(other) is None
    assert told == []


def test_another_version_of_the_program_does_not_find_the_run(cache: RunCache, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(cache)
    monkeypatch.setattr(cache_module, "__version__", "0.0.0")
    assert cache.find(KEY) is None


def test_a_checkpoint_is_known_by_its_content(tmp_path: Path) -> None:
    for name, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / name).write_bytes(content)
    one, same, other = (sha256_of(tmp_path / name) for name in "abc")
    assert one == same != other
    assert len(one) == 64


# ------------------------------------------------------------------------------------------------------ what is damaged
@pytest.mark.parametrize("place", ["magic", "length", "head", "frame", "last frame", "checksum"])
def test_a_damaged_file_is_told_of_once_and_goes(cache: RunCache, told: Told, tmp_path: Path, place: str) -> None:
    facts = saved(cache)
    (path,) = files(tmp_path)
    content = bytearray(path.read_bytes())
    begin = len(content) - facts.bytes_of_frames
    at = {"magic": 3, "length": len(MAGIC) + 6, "head": len(MAGIC) + 80, "frame": begin + 5, "checksum": -1}
    content[at.get(place, -20)] ^= 0x41
    path.write_bytes(content)
    assert checked(cache) != [True] * facts.frame_count
    assert len(told) == 1
    assert told[0].startswith(f"{path}: this remembered run is not used: ")
    assert files(tmp_path) == []
    assert cache.find(KEY) is None
    assert len(told) == 1


def test_no_state_of_a_damaged_frame_is_returned_and_others_are(cache: RunCache, tmp_path: Path) -> None:
    facts = saved(cache)
    (path,) = files(tmp_path)
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    found = cache.find(KEY)
    assert found is not None
    *sound, damaged = facts.order()
    for side, t in sound:
        assert len(found.states(side, t, range(1))) == 1
    with pytest.raises(BadRunFileError, match="damaged"):
        found.states(*damaged, range(1))
    assert checked(cache) == [True] * len(sound) + [False]


@pytest.mark.parametrize("length", [0, 10, 200, -1])
def test_a_file_that_was_cut_short_is_not_used(cache: RunCache, told: Told, tmp_path: Path, length: int) -> None:
    saved(cache)
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    assert cache.find(KEY) is None
    assert len(told) == 1
    assert files(tmp_path) == []


def test_a_file_that_is_removed_while_it_is_open_can_still_be_read(cache: RunCache, told: Told, tmp_path: Path) -> None:
    facts = saved(cache)
    found = cache.find(KEY)
    assert found is not None
    files(tmp_path)[0].unlink()
    assert list(cache.check(KEY, found)) == [True] * facts.frame_count
    assert cache.find(KEY) is None
    assert told == []


def test_some_states_are_read_without_the_others(cache: RunCache) -> None:
    facts = saved(cache)
    found = cache.find(KEY)
    assert found is not None
    for (side, t), frame in zip(facts.order(), frames_of(facts), strict=True):
        for _ in range(2):  # the second time without checking the others
            np.testing.assert_array_equal(found.states(side, t, range(1, 3)), frame.x[1:3])


def test_a_folder_in_the_place_of_a_file_is_told_of_and_left_alone(cache: RunCache, told: Told, tmp_path: Path) -> None:
    (tmp_path / "runs" / KEY.file_name).mkdir(parents=True)
    assert cache.find(KEY) is None
    assert len(told) == 1
    assert len(files(tmp_path)) == 1


def test_a_folder_that_cannot_be_made_is_told_of_and_nothing_fails(tmp_path: Path, told: Told) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = RunCache(tmp_path / "file" / "runs", LIMIT, told.append)
    facts = facts_of()
    assert list(cache.save(KEY, facts, frames_of(facts))) == []
    assert cache.size() == 0
    cache.clear()
    (line,) = told
    assert "this run is not remembered" in line
    assert "\n" not in line


def test_nothing_is_saved_on_a_disk_that_is_full(
    cache: RunCache, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "SPARE_DISK", 2**62)
    facts = facts_of()
    assert list(cache.save(KEY, facts, frames_of(facts))) == []
    assert files(tmp_path) == []
    assert len(told) == 1


# ------------------------------------------------------------------------------------------------ how much, what goes
def test_a_run_that_is_stopped_while_it_is_saved_leaves_nothing(cache: RunCache, told: Told, tmp_path: Path) -> None:
    facts = facts_of()
    saving = cache.save(KEY, facts, frames_of(facts))
    next(saving)
    assert len(files(tmp_path)) == 1  # unfinished
    assert cache.find(KEY) is None
    saving.close()
    assert files(tmp_path) == []
    assert told == []


def test_what_was_not_used_for_longest_makes_room(tmp_path: Path, told: Told) -> None:
    roomy = RunCache(tmp_path / "runs", LIMIT, told.append)
    keys = [replace(KEY, seed=seed) for seed in range(4)]
    for number, key in enumerate(keys[:3]):
        saved(roomy, key)
        os.utime(tmp_path / "runs" / key.file_name, (number, number))
    assert roomy.find(keys[0]) is not None  # used again: now the second is the oldest
    cache = RunCache(tmp_path / "runs", int(3.5 * roomy.size() / 3), told.append)
    saved(cache, keys[3])
    assert [cache.find(key) is not None for key in keys] == [True, False, True, True]
    assert cache.size() <= 3.5 * roomy.size() / 3


def test_a_run_larger_than_the_limit_is_not_remembered_and_removes_nothing(tmp_path: Path, told: Told) -> None:
    saved(RunCache(tmp_path / "runs", LIMIT, told.append))
    small, facts = RunCache(tmp_path / "runs", 1000, told.append), facts_of(count=100)
    assert list(small.save(replace(KEY, seed=1), facts, frames_of(facts))) == []
    assert len(files(tmp_path)) == 1
    assert told == []


def test_what_a_crash_left_behind_is_removed_after_an_hour(cache: RunCache, tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    old, young = (tmp_path / "runs" / f".{name}.unfinished" for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"x")
    os.utime(old, (0, 0))
    saved(cache)
    assert not old.exists()
    assert young.exists()


def test_clearing_removes_runs_and_nothing_else(cache: RunCache, tmp_path: Path) -> None:
    saved(cache)
    (tmp_path / "runs" / "notes.txt").write_bytes(b"of somebody else")
    assert cache.size() > 0
    cache.clear()
    assert cache.size() == 0
    assert [path.name for path in files(tmp_path)] == ["notes.txt"]


def test_two_programs_may_save_the_same_run_at_once(cache: RunCache, told: Told, tmp_path: Path) -> None:
    other, facts = RunCache(tmp_path / "runs", LIMIT, told.append), facts_of()
    one, two = (each.save(KEY, facts, frames_of(facts)) for each in (cache, other))
    for _ in zip(one, two, strict=True):
        pass
    assert checked(cache) == [True] * facts.frame_count
    assert len(files(tmp_path)) == 1
    assert told == []
