"""The checkpoint file: it comes back as it went, it is saved whole or not at all, and it believes nothing."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from core.errors import BadCheckpointError, OutputError
from core.formats import checkpoints
from core.formats.checkpoints import load, read, save
from core.model import model_from
from core.networks.perceptrons import MultilayerPerceptron
from core.values.checkpoints import Checkpoint, NetworkInfo, user_type

ROOT = Path(__file__).resolve().parents[3]


def fields(value: Any, place: str = "") -> dict[str, Any]:
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
    bare = dataclasses.replace(small, training=None, bound=None, data=dataclasses.replace(small.data, held_out=None))
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


def test_data_far_from_zero_keep_all_their_digits(small: Checkpoint, tmp_path: Path) -> None:
    shift = np.array([5.4e6, 4.1e5])
    near = np.asarray(small.data.examples, dtype=np.float64)
    data = dataclasses.replace(small.data, shift=shift, examples=near + shift, held_out=near[:3] + shift)
    far = dataclasses.replace(small, data=data)
    save(far, tmp_path / "far.h5")
    assert_same(read(tmp_path / "far.h5"), far)
    states = np.zeros((2, 2), np.float32)
    states[1] = 1e-4
    metres = read(tmp_path / "far.h5").data.to_user(states)
    assert metres.dtype == np.float64
    assert np.allclose(metres[1] - metres[0], 1e-4 * data.scale, rtol=1e-3)


@pytest.mark.parametrize(
    ("shift", "scale", "kept"),
    [
        (0.0, 1.0, "f4"),
        (8000.0, 1.0, "f4"),
        (17000.0, 1.0, "f8"),
        (1.7e9, 1e6, "f4"),
        (1.7e9, 1e4, "f8"),
        (0.0, 1e38, "f4"),
    ],
)
def test_float64_is_for_data_that_float32_would_round_by_a_thousandth(shift: float, scale: float, kept: str) -> None:
    assert np.dtype(user_type(np.array(shift), np.array(scale))) == kept


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

    monkeypatch.setattr(checkpoints, "_write_training", half)
    with pytest.raises((OSError, OutputError, KeyboardInterrupt, MemoryError)):
        save(dataclasses.replace(small, title="newer"), file)
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


FULL_DISK = """
import resource, sys
from core.formats.checkpoints import read, save
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


@pytest.mark.parametrize("kind", [">f4", ">f8", "<f8", "<f2", "<i2"])
def test_numbers_of_any_common_type_are_read(kind: str, file: Path) -> None:
    with h5py.File(file, "r+") as opened:
        weights = opened["network/weights/first.bias"][()]
        rates = np.array([0.1, 0.2, 0.3, 0.4, 0.5], dtype=kind if "f" in kind else "f8")
        for place, values in (
            ("network/weights/first.bias", (64 * weights).round().astype(kind)),
            ("process/betas", rates),
        ):
            del opened[place]
            opened[place] = values
    found = model_from(read(file), file)
    assert isinstance(found.network, MultilayerPerceptron)
    assert np.allclose(found.network.first.bias.numpy(), (64 * weights).round())


def test_packed_numbers_are_read(file: Path) -> None:
    with h5py.File(file, "r+") as opened:
        weights = opened["network/weights/first.weight"][()]
        del opened["network/weights/first.weight"]
        opened["network/weights"].create_dataset(
            "first.weight", data=weights, compression="gzip", shuffle=True, fletcher32=True
        )
    assert np.array_equal(read(file).network.weights["first.weight"], weights)


def test_a_file_that_another_program_has_locked_is_read(file: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    with file.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            h5py.File(file, "r", locking=True)
        assert load(file).title == "Kleine Rolle, sehr klein"


# --------------------------------------------------------------------------------------- what could not be read again
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": "two\nlines"}, "title"),
        ({"title": "\0"}, "title|NULL"),
        ({"licence": "x" * 200_000}, "licence"),
        ({"title": "\udcff"}, "title|place"),
        ({"kind": "poisson"}, "kind"),
        ({"betas": np.array([0.1, 1.5, 0.1, 0.1, 0.1])}, "step 2"),
        ({"betas": np.zeros((0,))}, "steps"),
        ({"betas": np.full(7, 0.1)}, "/bound"),
        ({"network": NetworkInfo("mlp", {"width": {1, 2}}, {})}, "JSON|place"),
        ({"network": NetworkInfo("mlp", {}, {"a": np.array([np.nan])})}, "/network/weights/a"),
        ({"network": NetworkInfo("mlp", {}, {"a": np.array([None, "b"])})}, "place"),
        ({"network": NetworkInfo("mlp", {}, {"a": np.array(["b"])})}, "place|/network/weights/a"),
        ({"network": NetworkInfo("mlp", {}, {"a/b": np.ones(3)})}, "/network/weights/a is missing"),
        ({"network": NetworkInfo("mlp", {}, {"": np.ones(3)})}, "place|weights"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(
    small: Checkpoint, file: Path, change: dict[str, Any], reason: str
) -> None:
    before = file.read_bytes()
    with pytest.raises(BadCheckpointError, match=reason) as caught:
        save(dataclasses.replace(small, **change), file)
    assert str(caught.value).startswith(f"{file}: ")
    assert file.read_bytes() == before
    assert list(file.parent.iterdir()) == [file]


# -------------------------------------------------------------------------------------------- killed in the middle
SAVING_FOR_EVER = """
import dataclasses, sys
import numpy as np
from core.formats.checkpoints import read, save

checkpoint = read(sys.argv[1])
number = 0
while True:
    number += 1
    weights = {"a": np.full(200_000, number, dtype=np.float32)}
    network = dataclasses.replace(checkpoint.network, weights=weights)
    save(dataclasses.replace(checkpoint, title=str(number), network=network), sys.argv[1])
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9 there")
@pytest.mark.timeout(100)
def test_killed_at_any_moment_of_a_save_the_file_is_the_old_one_or_the_new_one(file: Path) -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        child = subprocess.Popen(
            [sys.executable, "-c", SAVING_FOR_EVER, str(file)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        with child:
            assert child.stdout is not None
            told = int(child.stdout.readline())
            time.sleep(rng.uniform(0.0, 0.05))
            child.kill()
            told = max([told, *map(int, child.stdout.read().split())])
        found = read(file)
        assert int(found.title) in (told, told + 1)
        assert (found.network.weights["a"] == int(found.title)).all()
        for left in file.parent.iterdir():  # a temporary file may stay, hidden; it is in nobody's way
            assert left == file or left.name.startswith(".")
    save(read(file), file)
