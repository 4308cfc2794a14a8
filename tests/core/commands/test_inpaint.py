"""`dpm inpaint`: what it writes, what it says, and what it refuses."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest

from core import cli
from core.data.registry import FORMULAS
from core.formats import checkpoints
from core.model import DiffusionModel
from core.networks.empirical import EmpiricalNetwork
from core.posterior.samplers import equally_weighted, reverse_under
from core.processes.schedules import constant_erasure
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from core.values.inpainting import DEFAULT_RESAMPLE_TIMES
from core.values.potentials import Mask, Posterior
from core.values.runs import RunSpec

Capture = pytest.CaptureFixture[str]
FILES = ("small.h5", "--image", "x.npy", "--mask", "m.npy", "--out", "y.npy")


def dpm(*arguments: object) -> int:
    """Run `dpm inpaint` in this process and return its exit status."""
    try:
        return cli.main(["inpaint", *map(str, arguments)])
    except SystemExit as ending:
        return int(ending.code or 0)


@pytest.fixture
def folder(file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder one is in, with the small checkpoint, an image whose first coordinate is known, and its mask."""
    monkeypatch.chdir(file.parent)
    np.save("x.npy", np.array([1.1, np.nan]))
    np.save("m.npy", np.array([False, True]))
    return file.parent


@pytest.fixture
def bits(folder: Path, small: Checkpoint) -> Path:
    """A checkpoint of the heartbeat, exact, and a sequence of which five bits are known."""
    support = FORMULAS["heartbeat"]().support()
    network = EmpiricalNetwork.of(support)
    made = dataclasses.replace(
        small,
        kind="binomial",
        betas=constant_erasure(60, first=1e-4),
        network=NetworkInfo("empirical", network.config, {"data": support}),
        data=DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), support),
        training=None,
        bound=None,
    )
    checkpoints.save(made, "bits.h5")
    np.save("known.npy", np.arange(20) % 5 == 2)
    np.save("hole.npy", (np.arange(20) >= 5).astype(np.int64))
    return folder


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--known", "clean"],
        ["--weighted"],
        ["--weighted", "--known", "clean"],
        ["--known", "clean", "--resample", 2],
    ],
)
def test_known_values_are_the_input_s_own_bit_for_bit(folder: Path, options: list[object]) -> None:
    np.save("x.npy", np.array([10 / 3, np.nan]))
    assert dpm(*FILES, "--count", 9, *options) == 0
    found = np.load("y.npy")
    assert found.shape == (9, 2)
    assert (found[:, 0] == 10 / 3).all()
    assert np.isfinite(found).all()
    assert "--weighted" in options or len(set(found[:, 1])) == 9


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.int8, np.int64])
def test_known_values_of_every_type_are_kept(folder: Path, kind: type[np.generic]) -> None:
    image = np.array([10 / 3, 5]).astype(kind)
    np.save("x.npy", image)
    assert dpm(*FILES) == 0
    found = np.load("y.npy")
    assert found.dtype.kind == "f"
    assert (found[:, 0] == image[0]).all()


def test_it_writes_what_the_engine_draws_in_user_s_units(folder: Path, model: DiffusionModel) -> None:
    known = model.data.to_model(np.array([1.1, 0.0]))
    for weighted in (False, True):
        again = 0 if weighted else DEFAULT_RESAMPLE_TIMES
        posterior = Posterior(Mask(np.array([False, True]), known, resample_times=again), weighted=weighted)
        *_, frame = reverse_under(model, RunSpec(30, 5, posterior=posterior))
        wanted = equally_weighted(frame, 30, 5)
        assert dpm(*FILES, "--count", 30, "--seed", 5, *["--weighted"] * weighted) == 0
        assert np.array_equal(np.load("y.npy")[:, 1], model.data.to_user(wanted)[:, 1])


def test_bits_obey_and_the_rest_is_a_heartbeat(bits: Path, capsys: Capture) -> None:
    options = ("bits.h5", "--image", "known.npy", "--mask", "hole.npy", "--out", "y.npy", "--weighted", "--json")
    assert dpm(*options, "--count", 400) == 0
    found = np.load("y.npy")
    assert (found[:, :5] == [0, 0, 1, 0, 0]).all()
    assert np.isin(found, (0, 1)).all()
    assert (found == (np.arange(20) % 5 == 2)).all(axis=1).mean() > 0.98
    facts = json.loads(capsys.readouterr().out)
    assert abs(facts["log_probability_bits"] - math.log2(1 / 5)) < 0.3
    assert (facts["known"], facts["inpainted"]) == (5, 15)


def test_as_json_it_says_which_way_was_on(folder: Path, capsys: Capture) -> None:
    assert dpm(*FILES, "--count", 20, "--json") == 0
    plain = json.loads(capsys.readouterr().out)
    assert (plain["weighted"], plain["known_mode"], plain["timing"]) == (False, "noised", "constant")
    assert plain["effective_sample_size"] is None
    assert plain["log_probability_bits"] is None
    assert (plain["count"], plain["shape"], plain["known"], plain["inpainted"]) == (20, [2], 1, 1)
    assert dpm(*FILES, "--count", 20, "--json", "--weighted", "--known", "clean") == 0
    weighted = json.loads(capsys.readouterr().out)
    assert (weighted["weighted"], weighted["known_mode"], weighted["timing"]) == (True, "clean", "twisted")
    assert 1 <= weighted["effective_sample_size"] <= 20
    assert math.isfinite(weighted["log_probability_bits"])


def test_weights_can_be_asked_of_a_file_that_speaks_of_steps_walked_again(folder: Path, capsys: Capture) -> None:
    assert dpm(*FILES, "--count", 20, "--resample", 2, "--save-spec", "again.npz") == 0
    assert "again.npz: the request, an npz file" in capsys.readouterr().out
    assert dpm("small.h5", "--spec", "again.npz", "--out", "one.npy", "--weighted") == 0
    assert dpm(*FILES, "--count", 20, "--weighted") == 0
    assert np.array_equal(np.load("one.npy"), np.load("y.npy"))


def test_as_text_it_says_which_way_was_on(folder: Path, capsys: Capture) -> None:
    assert dpm(*FILES) == 0
    out = capsys.readouterr().out
    assert "y.npy: 16 samples" in out
    assert "the paper's kernels" in out
    assert "resampled 2 x" in out
    assert "known entries noised" in out
    assert dpm(*FILES, "--weighted") == 0
    out = capsys.readouterr().out
    assert "weighted particles" in out
    assert "effective sample size" in out
    assert "bits" in out


def test_equal_seeds_write_equal_files_and_others_do_not(folder: Path) -> None:
    found = []
    for seed in (1, 1, 2):
        assert dpm(*FILES, "--seed", seed) == 0
        found.append(np.load("y.npy"))
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_one_example_may_have_the_axis_that_many_have(folder: Path) -> None:
    np.save("x.npy", np.array([[1.1, 0.0]]))
    np.save("m.npy", np.array([[0.0, 1.0]]))
    assert dpm(*FILES) == 0
    assert (np.load("y.npy")[:, 0] == 1.1).all()


ROUGH = ("x.npy", np.array([1.1, 0.5]))
BAD = [
    (("x.npy", np.zeros(3)), [], r"x.npy: shape (3,) is not (N, 2)"),
    (("x.npy", np.zeros((5, 2))), [], "x.npy: it holds 5 examples, and one is wanted"),
    (("x.npy", np.array([np.nan, 0.0])), [], "x.npy: it holds known values that are not finite"),
    (("x.npy", np.array([1e300, 0.0])), [], "x.npy: it holds known values that are not finite, or far too large"),
    (("x.npy", np.array(["a", "b"])), [], "x.npy: it holds <U1"),
    (("x.npy", np.array([1j, 0])), [], "x.npy: it holds complex128"),
    (("m.npy", np.zeros(3, dtype=bool)), [], "m.npy: the mask has 3 entries, and the example 2"),
    (("m.npy", np.array([0.5, 1.0])), [], "m.npy: the mask is full"),
    (("m.npy", np.array([-1, 1])), [], "m.npy: a mask has no negative values"),
    (("m.npy", np.array([np.nan, 1.0])), [], "m.npy: it holds values that are not finite"),
    (("m.npy", np.ones(2, dtype=bool)), [], "m.npy: the mask is full"),
    (("m.npy", np.zeros(2, dtype=bool)), [], "m.npy: the mask is empty"),
    (("m.npy", np.array(["a", "b"])), [], "m.npy: it holds <U1"),
    (None, ["--count", "0"], "--count: 0 is not between"),
    (None, ["--count", "many"], "--count"),
    (None, ["--count", "99999999999"], "count"),
    (None, ["--seed", "-1"], "--seed: -1 is not between"),
    (None, ["--known", "there"], "--known"),
    (None, ["--timing", "soon"], "--timing"),
    (None, ["--resample", "-1"], "--resample: -1 is not between"),
    (None, ["--resample", "2", "--weighted"], "--resample: RePaint resampling has no weights"),
    (
        None,
        ["--weighted", "--known", "clean", "--timing", "constant"],
        "choose noised known entries, or the timing 'twisted'",
    ),
    (None, ["--image", "none.npy"], "none.npy: there is no such file"),
    (None, ["--mask", "none.npy"], "none.npy: there is no such file"),
    (None, ["--image", "small.h5"], "small.h5: there are several arrays in it"),
    (None, ["--pad", "0,0,1,0"], "--pad: this model takes data of shape (2,) alone"),
    (None, ["--pad", "0,0,0,0"], "is not four numbers of pixels"),
    (None, ["--pad", "1,2,3"], "is not four numbers of pixels"),
    (None, ["--out", "y.png"], "y.png: these samples are points, not images; write y.npy, y.npz or y.csv"),
    (ROUGH, ["--start", "99999", "--save-spec", "f.npz"], "start: 99999 is not a step between 1 and 5"),
    (ROUGH, ["--start", "0", "--save-spec", "f.npz"], "start: 0 is not a step between 1 and 5"),
    (None, ["--start", "3", "--save-spec", "f.npz"], "x.npy: it holds known values that are not finite"),
    (None, ["--out", "y.txt"], "--out: y.txt"),
    (None, ["--out", "nowhere/y.npy"], "nowhere"),
]


@pytest.mark.parametrize(("spoiled", "options", "reason"), BAD, ids=[reason for _, _, reason in BAD])
def test_bad_input_is_exit_2_and_one_line(
    spoiled: tuple[str, np.ndarray] | None, options: list[str], reason: str, folder: Path, capfd: Capture
) -> None:
    if spoiled is not None:
        np.save(*spoiled)
    before = sorted(folder.iterdir())
    assert dpm(*FILES, *options) == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith("dpm")
    assert reason in said.err
    assert sorted(folder.iterdir()) == before


def test_what_is_no_bit_is_refused_where_bits_are_known(bits: Path, capfd: Capture) -> None:
    values = np.zeros(20)
    values[[3, 9]] = 0.5
    np.save("known.npy", values)
    options = ("bits.h5", "--image", "known.npy", "--mask", "hole.npy", "--out", "y.npy")
    assert dpm(*options) == 2
    assert "known.npy: it holds 0.5, and bits are 0 and 1" in capfd.readouterr().err
    values[3] = 1.0  # what is under the mask may be anything
    np.save("known.npy", values)
    assert dpm(*options) == 0
    assert (np.load("y.npy")[:, :5] == [0, 0, 0, 1, 0]).all()


def test_without_a_mask_what_is_no_number_is_inpainted(folder: Path, capsys: Capture) -> None:
    assert dpm("small.h5", "--image", "x.npy", "--out", "own.npy") == 0
    assert "what is not a finite number is open; 1 of 2 entries are open" in capsys.readouterr().out
    assert dpm(*FILES) == 0
    assert np.array_equal(np.load("own.npy"), np.load("y.npy"))


@pytest.mark.parametrize("missing", ["--image", "--mask", "--out"])
def test_every_file_is_asked_for(missing: str, folder: Path, capfd: Capture) -> None:
    np.save("x.npy", np.array([1.1, 0.5]))
    place = FILES.index(missing)
    assert dpm(*FILES[:place], *FILES[place + 2 :]) == 2
    assert missing in capfd.readouterr().err
