"""`dpm sample`: deterministic chains, the spacing of strided steps, and every frame in one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from core import cli
from core.formats import checkpoints
from core.formats.checkpoints import read
from core.formats.images import read_image
from core.model import DiffusionModel
from core.runtime.assets import asset
from core.sampling import trajectories
from core.sampling.trajectories import reverse
from core.values.runs import Frame, RunSpec, Strided
from tests.support.image_models import images_checkpoint

Capture = pytest.CaptureFixture[str]
SPEC = RunSpec(50, 3)


def dpm(*arguments: object) -> int:
    return cli.main([str(argument) for argument in arguments])


def last_frame(model: DiffusionModel, strided: Strided | None = None) -> Frame:
    *_, last = reverse(model, SPEC, strided=strided)
    return last


@pytest.fixture
def bits() -> Path:
    """A shipped checkpoint of bits."""
    return asset("checkpoints/heartbeat_fast.h5")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "x.npy"


@pytest.mark.parametrize(
    ("options", "strided", "said"),
    [
        (["--deterministic"], Strided(3, deterministic=True), "a deterministic approximation in 3 of 5 steps"),
        (["--spacing", "signal"], Strided(3, "signal"), "an approximation in 3 of 5 steps"),
        (["--spacing", "steps"], Strided(3), "an approximation in 3 of 5 steps"),
    ],
)
def test_the_options_of_strided_samples_are_the_engine_s(
    file: Path, model: DiffusionModel, out: Path, capsys: Capture, options: list[str], strided: Strided, said: str
) -> None:
    assert dpm("sample", file, "--count", 50, "--seed", 3, "--out", out, "--strided", 3, *options) == 0
    assert said in capsys.readouterr().out
    assert np.array_equal(np.load(out), model.data.to_user(last_frame(model, strided).x))


def test_bits_refuse_a_deterministic_chain_in_one_line(bits: Path, out: Path, capsys: Capture) -> None:
    assert dpm("sample", bits, "--count", 5, "--out", out, "--strided", 4, "--deterministic") == 2
    assert capsys.readouterr().err == "dpm: --deterministic: a binomial process cannot be reversed without noise\n"
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--deterministic"], "--deterministic: it is for --strided alone; give --strided STEPS too"),
        (["--spacing", "signal"], "--spacing: it is for --strided alone; give --strided STEPS too"),
        (
            ["--strided", "3", "--trajectory", "t.h5"],
            "--trajectory: it holds every step of the chain; leave --strided out",
        ),
        (["--trajectory", "t.npz"], "--trajectory: t.npz does not end in .h5"),
        (["--trajectory", "nowhere/t.h5"], "nowhere/t.h5: there is no folder"),
    ],
)
def test_options_that_do_not_go_together_are_refused_in_one_line(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, options: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert dpm("sample", file, "--count", 5, "--out", "x.npy", *options) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"dpm: {said}")
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == [file]


def test_a_trajectory_holds_every_frame_in_user_s_units_and_the_samples_stay_as_they_are(
    file: Path, model: DiffusionModel, out: Path, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "chains.h5"
    assert dpm("sample", file, "--count", 50, "--seed", 3, "--out", out, "--trajectory", path) == 0
    assert f"{path}: their chains, frames 0 ... 5, an HDF5 file\n" in capsys.readouterr().out
    with h5py.File(path) as recorded:
        attributes = {name: recorded.attrs[name] for name in ("format", "kind", "steps")}
        assert attributes == {"format": "dpm-trajectory", "kind": "gaussian", "steps": 5}
        assert recorded["written"][...].all()
        frames = recorded["frames"][...]
    for frame in reverse(model, SPEC):
        assert np.array_equal(frames[frame.t], model.data.to_user(frame.x))
    assert np.array_equal(np.load(out), frames[0])
    samples = out.read_bytes()
    assert dpm("sample", file, "--count", 50, "--seed", 3, "--out", out) == 0
    assert out.read_bytes() == samples


def test_a_trajectory_of_bits_takes_a_byte_for_each(bits: Path, out: Path, tmp_path: Path) -> None:
    path = tmp_path / "chains.h5"
    assert dpm("sample", bits, "--count", 4, "--seed", 3, "--out", out, "--trajectory", path) == 0
    with h5py.File(path) as recorded:
        assert recorded["frames"].dtype == np.uint8
        assert np.array_equal(recorded["frames"][0], np.load(out))


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_sampling_that_is_cut_short_leaves_no_file(
    file: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def cut(model: DiffusionModel, spec: RunSpec) -> Iterator[Frame]:
        for frame in reverse(model, spec):
            if frame.t == 2:
                raise error
            yield frame

    monkeypatch.setattr(trajectories, "reverse", cut)
    assert dpm("sample", file, "--count", 50, "--out", out, "--trajectory", tmp_path / "chains.h5") in (2, 130)
    assert list(tmp_path.iterdir()) == [file]


# ---------------------------------------------------------------------------------------------- arrays, tables, images
def test_the_same_samples_are_an_array_an_archive_and_a_table(file: Path, tmp_path: Path, capsys: Capture) -> None:
    for name in ("x.npy", "x.npz", "x.csv"):
        assert dpm("sample", file, "--count", 50, "--seed", 3, "--out", tmp_path / name) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split("; ")[1].split()[0] for line in said] == ["npy", "npz", "CSV"]
    array = np.load(tmp_path / "x.npy")
    assert np.array_equal(array, np.load(tmp_path / "x.npz")["samples"])
    assert np.array_equal(array, np.loadtxt(tmp_path / "x.csv", delimiter=",", dtype=np.float32))


def test_samples_of_images_are_a_grid_or_a_folder_of_images(tmp_path: Path, capsys: Capture) -> None:
    path, shape = tmp_path / "images.h5", (8, 6)
    checkpoints.save(images_checkpoint(shape), path)
    for name in ("x.npy", "x.png", "new/"):
        assert dpm("sample", path, "--count", 5, "--out", f"{tmp_path}/{name}") == 0
    array = np.load(tmp_path / "x.npy")
    low, high = read(path).data.value_range
    single = read_image(tmp_path / "new" / "0004.png").pixels
    assert np.abs(single - np.clip((array[4] - low) * 255 / (high - low), 0, 255)).max() <= 1
    grid = read_image(tmp_path / "x.png").pixels
    assert np.array_equal(grid[10:18, 8:14], single)
    said = capsys.readouterr().out
    assert "x.png: 5 samples" in said
    assert "PNG image, a grid of 2 x 3" in said
    assert "5 PNG images, 0000.png … 0004.png" in said


def test_points_are_no_images_and_the_hint_works(file: Path, tmp_path: Path, capsys: Capture) -> None:
    assert dpm("sample", file, "--count", 5, "--out", tmp_path / "x.png") == 2
    told = capsys.readouterr().err
    assert told.startswith(f"dpm: {tmp_path / 'x.png'}: these samples are points, not images; write ")
    assert told.count("\n") == 1
    for name in ("x.npy", "x.npz", "x.csv"):
        assert f"{tmp_path / name}" in told
        assert dpm("sample", file, "--count", 5, "--out", tmp_path / name) == 0
