"""`dpm train --data`: training on data of one's own, and going on with it."""

from __future__ import annotations

import itertools
import json
import pickle
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import core.commands.train as training_command
from core import cli
from core.data.user_data import read_data
from core.errors import BadInputError, TrainingError
from core.formats.checkpoints import read
from core.processes.registry import process_of
from core.processes.schedules import log_linear
from core.recipes import user_data
from core.recipes.run import RecipeRun, recipe_named
from core.recipes.user_data import USER_DATA, WITH_DATA, cifar10, user_recipe
from core.runtime.command_line import INTERRUPTED
from core.training import trainer

Capture = pytest.CaptureFixture[str]


def dpm(*arguments: object) -> int:
    """Run the command in this process, as a person would give it."""
    return cli.main([str(argument) for argument in arguments])


def refused(capsys: Capture, *arguments: object) -> str:
    """Return the one line on stderr of a command that is refused."""
    capsys.readouterr()
    assert dpm(*arguments) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert err.startswith("dpm: ")
    return err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with points, bits and small images."""
    rng = np.random.default_rng(11)
    np.save(tmp_path / "points.npy", rng.normal((5.0, 1.0, 0.0), (2.0, 1.0, 0.5), (200, 3)))
    np.save(tmp_path / "bits.npy", rng.random((60, 12)) < 0.5)
    (tmp_path / "pictures").mkdir()
    for number in range(30):
        Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(tmp_path / f"pictures/{number}.png")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(trainer, "REPORT_EVERY", 2)
    for name, steps in (("POINT_STEPS", 6), ("BIT_STEPS", 6)):
        monkeypatch.setattr(user_data, name, steps)
    monkeypatch.setattr(user_data, "image_schedule", lambda: log_linear(6, 1e-2, 1e-2))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "kind", "network", "taken"),
    [
        ("points.npy", "gaussian", "mlp", "interpreted as 200 points in 3 dimensions"),
        ("bits.npy", "binomial", "bit_mlp", "interpreted as 60 sequences of 12 bits"),
        ("pictures", "gaussian", "unet", "interpreted as 30 grey images of 8 x 8 pixels"),
    ],
)
def test_training_on_own_data_says_what_they_were_taken_for_and_writes_a_checkpoint(
    name: str, kind: str, network: str, taken: str, folder: Path, capsys: Capture
) -> None:
    assert dpm("train", "--data", name, "--steps", 2) == 0
    out, err = capsys.readouterr()
    stem = name.partition(".")[0]
    assert taken in out.splitlines()[0]
    assert out.splitlines()[1].startswith(f"{stem}_model.h5: HDF5 checkpoint, {name}, 2 steps")
    assert err == ""
    checkpoint = read(folder / f"{stem}_model.h5")
    assert (checkpoint.kind, checkpoint.network.kind, checkpoint.data.name) == (kind, network, name)
    assert checkpoint.training is not None
    assert checkpoint.training.recipe == USER_DATA
    assert f"interpreted as {checkpoint.training.interpreted_as}" in out.splitlines()[0]
    assert checkpoint.licence == "that of the data"
    assert dpm("sample", folder / f"{stem}_model.h5", "--count", 3, "--out", "samples.npy") == 0
    assert np.load("samples.npy").shape == (3, *checkpoint.data.shape)


def test_k_is_measured_on_each_of_the_data_kept_apart_once(folder: Path, capsys: Capture) -> None:
    assert dpm("train", "--data", "points.npy", "--steps", 2) == 0
    checkpoint = read(folder / "points_model.h5")
    assert checkpoint.bound is not None
    assert (checkpoint.bound.count, checkpoint.bound.measured_on) == (50, "held-out")
    assert np.array_equal(np.asarray(checkpoint.data.held_out), np.asarray(read_data("points.npy").info.held_out))
    last = capsys.readouterr().out.splitlines()[-1]
    bound = checkpoint.bound
    assert last.endswith(f"; K = {bound.k:.4f} ± {bound.standard_error:.4f} bits per sample (50 held-out examples)")
    assert dpm("bound", "points_model.h5", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["K_bits"], found["count"], found["measured_on"]) == (checkpoint.bound.k, 50, "held-out")


def test_k_of_images_is_said_to_be_that_with_the_noise_of_a_level(folder: Path, capsys: Capture) -> None:
    assert dpm("train", "--data", "pictures", "--steps", 2) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith("bits per pixel (10 held-out examples, with the uniform noise of one grey level)")


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["--data", "points.npy"], r"K = -?[\d.]+ bits per sample in training, -?[\d.]+ on 33 validation examples"),
        (["--data", "pictures"], r"K = -?[\d.]+ bits per pixel in training, -?[\d.]+ on 5 validation examples"),
        (["heartbeat_fast"], r"K = -?[\d.]+ bits per sample in training, -?[\d.]+ on 2048 fresh draws"),
    ],
)
def test_the_progress_bar_says_what_validation_k_is_measured_on(
    arguments: list[str], shown: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(training_command, "on_terminal", lambda: True)
    assert dpm("train", *arguments, "--steps", 2, "--out", "out.h5") == 0
    assert re.search(shown, capsys.readouterr().err)


def test_of_many_examples_the_draws_are_counted_as_well() -> None:
    assert RecipeRun(recipe_named("digits"), 1).validated_on == "256 draws of 1000 held-out examples"


def test_a_training_on_own_data_goes_on_with_them_as_if_never_stopped(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    shown = training_command._training_with_progress_bar

    def interrupted(run: RecipeRun) -> object:
        for number, progress in enumerate(shown(run)):
            if number == 1:
                raise KeyboardInterrupt
            yield progress

    with monkeypatch.context() as patch:
        patch.setattr(training_command, "_training_with_progress_bar", interrupted)
        assert dpm("train", "--data", "points.npy", "--steps", 6, "--seed", 3, "--out", "half.h5") == INTERRUPTED
    assert "dpm train --resume half.h5 --data points.npy" in capsys.readouterr().err
    (folder / "points.npy").rename(folder / "moved.npy")
    assert dpm("train", "--resume", "half.h5", "--data", "moved.npy") == 0
    assert dpm("train", "--data", "moved.npy", "--steps", 6, "--seed", 3, "--out", "whole.h5") == 0
    resumed, whole = read(folder / "half.h5"), read(folder / "whole.h5")
    assert resumed.data.name == "points.npy"
    assert np.array_equal(resumed.betas, whole.betas)
    for name, weight in whole.network.weights.items():
        assert np.array_equal(resumed.network.weights[name], weight), name


def unfinished(path: str, out: Path, side: int | None = None) -> None:
    """Save a training on the data at ``path`` after two of its steps."""
    from core.formats.checkpoints import save

    run = RecipeRun(user_recipe(read_data(path, side)), 4)
    next(run.train())
    save(run.checkpoint(), out)


def test_resuming_wants_the_very_data_that_it_began_with(folder: Path, capsys: Capture) -> None:
    unfinished("pictures", folder / "half.h5", side=6)
    assert "it was trained on 'pictures'; give these data again with --data PATH" in refused(
        capsys, "train", "--resume", "half.h5"
    )
    assert "points.npy is not what half.h5 was trained on" in refused(
        capsys, "train", "--resume", "half.h5", "--data", "points.npy"
    )
    np.save("others.npy", np.random.default_rng(0).integers(0, 256, (30, 8, 8), dtype=np.uint8))
    assert "others.npy is not what half.h5 was trained on" in refused(
        capsys, "train", "--resume", "half.h5", "--data", "others.npy"
    )
    assert dpm("train", "--resume", "half.h5", "--data", "pictures") == 0  # the file knows the side


def test_data_and_options_that_do_not_go_together_are_refused(folder: Path, capsys: Capture) -> None:
    assert "leave one of the two out" in refused(capsys, "train", "digits", "--data", "points.npy")
    assert "--side: it is for --data" in refused(capsys, "train", "swiss_roll", "--side", 8)
    assert "--side: it is for images, and points.npy" in refused(capsys, "train", "--data", "points.npy", "--side", 8)
    assert "there is no such file" in refused(capsys, "train", "--data", "nothing.npy")
    assert "give a recipe (see `dpm recipes`), --data PATH or --resume" in refused(capsys, "train")
    assert "do not ship; give them with --data" in refused(capsys, "train", "cifar10")
    assert "it would be overwritten" in refused(capsys, "train", "--data", "points.npy", "--out", "points.npy")
    unfinished("points.npy", folder / "half.h5")
    assert "leave out --side" in refused(capsys, "train", "--resume", "half.h5", "--data", "points.npy", "--side", 4)


def test_the_command_that_resumes_is_one_that_a_shell_takes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def interrupted(run: RecipeRun) -> object:
        yield from itertools.islice(run.train(), 1)
        raise KeyboardInterrupt

    (folder / "points.npy").rename(folder / "my points.npy")
    with monkeypatch.context() as patch:
        patch.setattr(training_command, "_training_with_progress_bar", interrupted)
        assert dpm("train", "--data", "my points.npy", "--steps", 6, "--out", "half way.h5") == INTERRUPTED
    advice = capsys.readouterr().err.splitlines()[0].partition("resume with: ")[2]
    assert shlex.split(advice)[0] == "dpm"
    assert dpm(*shlex.split(advice)[1:]) == 0


def test_what_cannot_be_resumed_is_no_reason_to_do_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def interrupted_at_the_end(run: RecipeRun) -> object:
        yield from run.train()
        raise KeyboardInterrupt

    monkeypatch.setattr(training_command, "_training_with_progress_bar", interrupted_at_the_end)
    assert dpm("train", "--data", "points.npy", "--steps", 2) == INTERRUPTED
    assert capsys.readouterr().err == "dpm: interrupted\n"
    assert "nothing to resume" in refused(capsys, "train", "--resume", "points_model.h5")


def test_a_training_that_would_fail_again_is_not_said_to_be_resumed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def failing(run: RecipeRun) -> object:
        yield from itertools.islice(run.train(), 1)
        raise TrainingError("K was no longer finite; another --seed may do better")

    monkeypatch.setattr(training_command, "_training_with_progress_bar", failing)
    said = refused(capsys, "train", "--data", "points.npy", "--steps", 6)
    assert said == "dpm: K was no longer finite; another --seed may do better\n"
    assert read(folder / "points_model.h5").training is not None


def test_data_that_ship_are_not_given_when_resuming(folder: Path, capsys: Capture) -> None:
    assert dpm("train", "--data", "points.npy", "--steps", 1) == 0
    assert "no state of an optimiser" in refused(capsys, "train", "--resume", "points_model.h5", "--data", "points.npy")


def test_cifar10_takes_its_batches_and_has_the_paper_s_network(folder: Path) -> None:
    rng = np.random.default_rng(0)
    (folder / "batches").mkdir()
    for name in ("data_batch_1", "test_batch"):
        batch = {b"data": rng.integers(0, 256, (20, 3072), dtype=np.uint8), b"labels": [0] * 20}
        (folder / "batches" / name).write_bytes(pickle.dumps(batch, 2))
    recipe = cifar10(read_data("batches"))
    network = recipe.network(len(recipe.betas))
    assert network.kind == "multiscale_convolution"
    assert recipe.info.shape == (32, 32, 3)
    assert len(np.asarray(recipe.info.held_out)) == 20
    assert recipe.name in WITH_DATA
    process = process_of("gaussian", recipe.betas)
    process.check_states(recipe.info.to_model(recipe.source.sample(4, rng)), "batches")


def test_cifar10_refuses_other_pictures(folder: Path) -> None:
    with pytest.raises(BadInputError, match=r"RGB images of 32 x 32, and these have shape \(8, 8\)"):
        cifar10(read_data("pictures"))


def test_a_batch_shrinks_with_the_size_of_an_example(folder: Path) -> None:
    rng = np.random.default_rng(0)
    np.save("wide.npy", rng.random((20, 4096)) < 0.5)
    np.save("large.npy", rng.integers(0, 256, (20, 128, 128), dtype=np.uint8))
    assert user_recipe(read_data("wide.npy")).batch == 128
    assert user_recipe(read_data("bits.npy")).batch == 4096
    assert user_recipe(read_data("large.npy")).batch == 4
    assert user_recipe(read_data("pictures")).batch == 32


def test_the_rates_can_be_given(folder: Path) -> None:
    np.save("rates.npy", np.array([0.001, 0.2, 0.5, 0.9]))
    assert dpm("train", "--data", "points.npy", "--steps", 1, "--rates", "rates.npy") == 0
    assert len(read(folder / "points_model.h5").betas) == 4
