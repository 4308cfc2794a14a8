"""Where frames live: the room they take in memory and on disk, what is left behind, and what cannot be had."""

from __future__ import annotations

import errno
import gc
import os
import resource
import signal
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.errors import BadInputError, OutputError
from core.formats.recordings import backends
from core.formats.recordings.backends import temporary_folder
from core.formats.recordings.recording import DEFAULT_CAP, make
from core.runtime import devices
from core.values.runs import Frame
from tests.support.frames import COUNT, SHAPE, STEPS, numbers, some_bits

ROOT = Path(__file__).resolve().parents[4]
CRASH = """
import os, sys
import numpy as np
from pathlib import Path
from core.formats.recordings.recording import make
from core.values.runs import Frame

recording = make(3, 1000, (2,), "gaussian", 0, folder=Path(sys.argv[1]))
assert recording.storage == "disk"
recording.add(Frame(3, np.ones((1000, 2), dtype=np.float32)))
print(os.fstat(recording._backend._file.fileno()).st_size, flush=True)
if sys.argv[2] == "wait":
    sys.stdin.read()
"""


@pytest.mark.parametrize(("kind", "size"), [("gaussian", 4), ("binomial", 1)])
def test_the_cap_decides_to_the_byte_where_frames_live(kind: str, size: int, tmp_path: Path) -> None:
    needed = 7 * COUNT * 6 * size
    for cap, place in ((needed, "memory"), (needed - 1, "disk")):
        with make(STEPS, COUNT, SHAPE, kind, cap, folder=tmp_path) as recording:
            assert recording.storage == place


def test_the_cap_is_512_mb_unless_told_otherwise(tmp_path: Path) -> None:
    assert DEFAULT_CAP == 512 * 2**20
    for steps, place in ((127, "memory"), (128, "disk")):  # 2^20 numbers, 4 MB a frame; nothing is written
        with make(steps, 2**19, (2,), "gaussian", folder=tmp_path) as recording:
            assert recording.storage == place


def test_past_the_cap_no_frame_stays_in_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        with make(20, 50_000, (2,), "gaussian", 400_000, folder=tmp_path) as recording:
            for t in range(20, -1, -1):
                recording.add(Frame(t, np.full((50_000, 2), t, dtype=np.float32)))
            for t in range(21):
                found = recording.frame(t)
                assert found is not None
                assert found.x[-1, -1] == t
            most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 1_200_000  # two frames of 400 kB at a time, of 21


def test_a_frame_that_is_kept_keeps_no_other_in_memory() -> None:
    tracemalloc.start()
    try:
        with make(20, 50_000, (2,), "gaussian") as recording:
            for t in range(20, -1, -1):
                recording.add(Frame(t, np.full((50_000, 2), t, dtype=np.float32)))
            kept = recording.frame(3)
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept is not None
    assert left < 800_000


def test_a_recording_on_disk_takes_its_room_at_once_and_has_no_name(tmp_path: Path) -> None:
    with make(STEPS, COUNT, SHAPE, "gaussian", 0, folder=tmp_path) as recording:
        assert isinstance(recording._backend, backends.TemporaryFileBackend)
        assert recording._backend._file is not None
        status = os.fstat(recording._backend._file.fileno())
        assert status.st_size == 7 * COUNT * 6 * 4
        if hasattr(os, "posix_fallocate"):
            assert status.st_blocks * 512 >= status.st_size
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["close", "forget"])
def test_the_room_on_disk_is_given_back(tmp_path: Path, how: str) -> None:
    recording = make(STEPS, COUNT, SHAPE, "gaussian", 0, folder=tmp_path)
    assert isinstance(recording._backend, backends.TemporaryFileBackend)
    assert recording._backend._file is not None
    file = recording._backend._file
    if how == "close":
        recording.close()
    del recording
    gc.collect()
    assert file.closed


@pytest.mark.parametrize("ending", ["end", "kill"])
def test_a_process_that_ends_or_crashes_leaves_nothing_in_the_folder(tmp_path: Path, ending: str) -> None:
    told = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CRASH, str(tmp_path), "wait" if ending == "kill" else "go"]
    with subprocess.Popen(command, env=told, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"{4 * 1000 * 2 * 4}\n"
        if ending == "kill":
            process.kill()
        assert process.wait() == (-signal.SIGKILL if ending == "kill" else 0)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_hdf5_tells_what_it_holds_and_appears_when_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "mine.h5"
    path.write_text("old")
    with make(STEPS, COUNT, SHAPE, "binomial", file=path) as recording:
        assert recording.storage == "disk"
        for t in (6, 5, 4):
            recording.add(some_bits(t))
        assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
    with h5py.File(path) as file:
        assert {**file.attrs} == {"format": "dpm-trajectory", "version": 1, "kind": "binomial", "steps": STEPS}
        assert file["frames"].dtype == np.uint8
        assert file["frames"].shape == (7, COUNT, *SHAPE)
        assert file["written"][...].tolist() == [False] * 4 + [True] * 3
        for t in (4, 5, 6):
            assert np.array_equal(file["frames"][t], some_bits(t).x)


def test_a_file_of_hdf5_that_is_never_closed_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.h5"
    path.write_text("old")
    recording = make(STEPS, COUNT, SHAPE, "gaussian", file=path)
    recording.add(numbers(3))
    del recording
    gc.collect()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_more_than_memory_allows_is_refused_with_the_bytes_before_any_is_taken() -> None:
    with pytest.raises(
        BadInputError, match=r"^recording: .* 4,004,000,000,000,000 bytes of memory, and [\d,]+ are free"
    ):
        make(1000, 10**9, (1000,), "gaussian", 10**16)


def test_memory_that_the_system_refuses_is_told_with_the_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "free_memory", lambda: None)
    with pytest.raises(BadInputError, match=r"^recording: 8,000,000,000,000,000,000 bytes of memory"):
        make(1, 10**18, (1,), "gaussian", 10**19)


@pytest.mark.parametrize("hdf5", [False, True])
def test_more_than_the_disk_holds_is_refused_with_the_bytes_before_any_is_taken(tmp_path: Path, hdf5: bool) -> None:
    file = tmp_path / "mine.h5" if hdf5 else None
    with pytest.raises(OutputError, match=r": 4,004,000,000,000,000 bytes are needed in .*, and [\d,]+ are free"):
        make(1000, 10**9, (1000,), "gaussian", 0, file=file, folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("hdf5", [False, True])
def test_a_disk_that_cannot_hold_the_room_after_all_is_told_with_the_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hdf5: bool
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(backends, "_reserve", full)
    with pytest.raises(OutputError, match=r": 5,040 bytes are needed.*, and cannot be had: No space left"):
        make(STEPS, COUNT, SHAPE, "gaussian", 0, file=tmp_path / "mine.h5" if hdf5 else None, folder=tmp_path)
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_to_after_all_is_told_and_the_old_one_is_there(tmp_path: Path) -> None:
    path = tmp_path / "mine.h5"
    path.write_text("old")
    recording = make(3, 10_000, (20,), "gaussian", file=path)
    recording.add(Frame(0, np.zeros((10_000, 20), dtype=np.float32)))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))  # nothing can be written beyond, as on a bad disk
    try:
        with pytest.raises(OutputError, match=f"^{path}: cannot be written"):
            recording.add(Frame(3, np.zeros((10_000, 20), dtype=np.float32)))
        with pytest.raises(BadInputError, match="closed"):
            recording.frame(0)
        recording.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_temporary_file_that_cannot_be_written_to_after_all_is_told_and_what_was_there_is_kept(
    tmp_path: Path,
) -> None:
    with make(3, 10_000, (20,), "gaussian", 0, folder=tmp_path) as recording:
        recording.add(Frame(0, np.ones((10_000, 20), dtype=np.float32)))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
        try:
            with pytest.raises(OutputError, match=r"^recording: 3,200,000 bytes are needed"):
                recording.add(Frame(3, np.zeros((10_000, 20), dtype=np.float32)))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        found = recording.frame(0)
        assert found is not None
        assert (found.x == 1).all()
        assert recording.frame(3) is None


def test_a_folder_that_is_not_there_is_told_by_name(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    with pytest.raises(OutputError, match=f"the folder {gone} cannot be used"):
        make(STEPS, COUNT, SHAPE, "gaussian", 0, folder=gone)
    with pytest.raises(OutputError, match=f"there is no folder {gone}"):
        make(STEPS, COUNT, SHAPE, "gaussian", file=gone / "x.h5")


def test_large_temporary_files_go_where_the_user_wishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert temporary_folder() == tmp_path
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(backends, "LARGE_FILES", tmp_path / "var")
    assert temporary_folder() == Path(tempfile.gettempdir())
    (tmp_path / "var").mkdir()
    assert temporary_folder() == tmp_path / "var"
