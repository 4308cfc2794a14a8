"""The checkpoint file: it comes back as it went, it is saved whole or not at all, and it believes nothing."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from core import checkpoint, checkpoint_writing
from core.checkpoint import load, read, save
from core.errors import BadCheckpointError, OutputError
from core.values import Checkpoint

Spoil = Callable[[h5py.File], object]
ROOT = Path(__file__).resolve().parents[2]


def fields(value: object, place: str = "") -> dict[str, object]:
    """Return every leaf of nested frozen values, by name."""
    if dataclasses.is_dataclass(value):
        parts = [fields(getattr(value, f.name), f"{place}.{f.name}") for f in dataclasses.fields(value)]
        return {name: leaf for part in parts for name, leaf in part.items()}
    return {place: value}


def assert_same(one: Checkpoint, other: Checkpoint) -> None:
    left, right = fields(one), fields(other)
    assert left.keys() == right.keys()
    for name, value in left.items():
        if hasattr(value, "keys"):
            assert list(value) == sorted(right[name]) or set(value) == set(right[name]), name
            pairs = [(value[key], right[name][key]) for key in value]
        else:
            pairs = [(value, right[name])]
        for mine, yours in pairs:
            if isinstance(mine, np.ndarray):
                assert (mine.dtype, mine.shape) == (yours.dtype, yours.shape), name
                assert np.array_equal(mine, yours), name
            else:
                assert mine == yours, name


def refused(path: Path, reader: Callable[[Path], object] = read) -> str:
    """Return the message with which ``path`` is refused: one line that begins with the file's name."""
    with pytest.raises(BadCheckpointError) as caught:
        reader(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1
    return message


def test_a_checkpoint_comes_back_as_it_went(small: Checkpoint, file: Path) -> None:
    assert_same(load(file), small)
    assert_same(read(file), small)


def test_a_checkpoint_without_its_optional_parts_comes_back_as_it_went(small: Checkpoint, tmp_path: Path) -> None:
    bare = dataclasses.replace(small, training=None, bound=None)
    save(bare, tmp_path / "bare.h5")
    assert_same(read(tmp_path / "bare.h5"), bare)


def test_a_training_without_reports_or_state_and_a_bound_without_truth_come_back(
    small: Checkpoint, tmp_path: Path
) -> None:
    training = dataclasses.replace(small.training, history=np.zeros((0, 2)), state={})
    bound = dataclasses.replace(small.bound, truth=None, truth_standard_error=None)
    sparse = dataclasses.replace(small, training=training, bound=bound)
    save(sparse, tmp_path / "sparse.h5")
    assert_same(read(tmp_path / "sparse.h5"), sparse)


def test_saving_twice_gives_the_same_bytes(small: Checkpoint, tmp_path: Path) -> None:
    for name in ("a.h5", "b.h5"):
        save(small, tmp_path / name)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
def test_a_failed_save_leaves_the_old_file(
    small: Checkpoint, file: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    before = file.read_bytes()

    def half(group: h5py.Group, training: object) -> None:
        group["history"] = np.ones((1000, 2))
        raise failure

    monkeypatch.setattr(checkpoint_writing, "_write_training", half)
    with pytest.raises((OSError, OutputError, KeyboardInterrupt, MemoryError)):
        save(dataclasses.replace(small, title="newer"), file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


FULL_DISK = """
import resource, sys
from core.checkpoint import read, save
from core.errors import OutputError
checkpoint = read(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
try:
    save(checkpoint, sys.argv[1])
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files there")
def test_a_full_disk_is_one_line_and_leaves_the_old_file(file: Path) -> None:
    before = file.read_bytes()
    assert len(before) > 8192
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(file)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{file}: cannot be written: ")
    assert len(done.stdout.splitlines()) == 1
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


def test_a_save_into_a_missing_folder_names_it(small: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere"):
        save(small, tmp_path / "nowhere" / "x.h5")


# ------------------------------------------------------------------------------------------------ no checkpoint at all


def make_text(path: Path) -> None:
    path.write_text("t,x\n1,2\n")


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_loop(path: Path) -> None:
    path.symlink_to(path)


def make_other_hdf5(path: Path) -> None:
    with h5py.File(path, "w") as made:
        made["x"] = np.arange(3)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_text, "no HDF5 file"),
        (Path.touch, "empty"),
        (Path.mkdir, "folder"),
        (lambda path: None, "no such file"),
        pytest.param(make_fifo, "ordinary", marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")),
        (make_loop, "cannot be read"),
        (make_other_hdf5, "format"),
    ],
    ids=["text", "empty", "folder", "missing", "pipe", "loop of links", "other HDF5"],
)
def test_what_is_no_checkpoint_is_refused(make: Callable[[Path], object], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "file.h5"
    make(path)
    assert reason in refused(path, load)


def test_an_unreadable_file_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(self: Path, *_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", closed)
    assert "permission" in refused(file, load)


def test_a_name_no_file_can_have_is_refused() -> None:
    with pytest.raises(BadCheckpointError):
        load("a\0b")


def test_a_file_cut_off_anywhere_is_refused(file: Path) -> None:
    whole = file.read_bytes()
    for length in [*range(1, 600, 23), *range(600, len(whole), 397), len(whole) - 1]:
        file.write_bytes(whole[:length])
        refused(file, load if length in (208, len(whole) - 1) else read)


def test_flipped_bytes_never_raise_anything_else(file: Path) -> None:
    whole, rng = file.read_bytes(), np.random.default_rng(2)
    complaints: list[str] = []
    for trial in range(72):
        spoilt = bytearray(whole)
        for place in rng.integers(len(whole) if trial % 2 else 4096, size=1 + trial % 4):
            spoilt[place] ^= int(rng.integers(1, 256))
        file.write_bytes(spoilt)
        try:
            (load if trial % 12 == 0 else read)(file)
        except BadCheckpointError as error:
            complaints.append(str(error))
    assert len(complaints) > 20
    assert all(text.startswith(f"{file}: ") and len(text.splitlines()) == 1 for text in complaints)


def test_a_reader_that_crashes_or_hangs_is_a_bad_checkpoint(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endings = {
        "import os; os.abort()": "library fails",
        "while True: pass": "seconds",
        "import sys; sys.stderr.write('so it is'); sys.exit(2)": "so it is",
    }
    monkeypatch.setattr(checkpoint, "PROBE_SECONDS", 0.7)
    run = subprocess.run
    for program, reason in endings.items():
        command = [sys.executable, "-c", program]
        monkeypatch.setattr(checkpoint.subprocess, "run", lambda _, command=command, **o: run(command, **o))
        assert reason in refused(file, load)
