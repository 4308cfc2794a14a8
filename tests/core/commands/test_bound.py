"""`dpm bound` with its limit and its work, and every command on a checkpoint of bits."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from core import cli
from core.data.formulas import Heartbeat
from core.formats.checkpoints import save
from core.measurement.bound import measure_bound
from core.measurement.crooks import measure_crooks
from core.measurement.limits import limit_of
from core.measurement.work import measure_work
from core.model import DiffusionModel, model_from
from core.networks.empirical import EmpiricalNetwork
from core.networks.perceptrons import BitPerceptron
from core.processes.schedules import constant_erasure
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from core.values.runs import RunSpec
from core.values.work import Work
from tests.support.image_models import SHAPE, images_checkpoint

Capture = pytest.CaptureFixture[str]
STEPS = 20
NETWORKS: dict[str, EmpiricalNetwork | BitPerceptron] = {
    "empirical": EmpiricalNetwork.of(Heartbeat().support()),
    "bit_mlp": BitPerceptron(20, width=8, layers=2),
}


def dpm(*arguments: object) -> int:
    """Run `dpm` in this process and return its exit status."""
    try:
        return cli.main([str(argument) for argument in arguments])
    except SystemExit as ending:
        return int(ending.code or 0)


def told(capsys: Capture, *arguments: object) -> dict[str, Any]:
    """Run `dpm` and return the one strict JSON object it prints."""

    def refuse(constant: str) -> NoReturn:
        raise AssertionError(f"{constant} is no JSON")

    assert dpm(*arguments) == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == 1
    found: dict[str, Any] = json.loads(out, parse_constant=refuse)
    return found


def refused(capsys: Capture, *arguments: object) -> str:
    """Run `dpm`, which is to refuse, and return the one line it says."""
    assert dpm(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    return said.err


def heartbeat_checkpoint(kind: str, name: str = "heartbeat") -> Checkpoint:
    network, source = NETWORKS[kind], Heartbeat()
    weights = {name: value.detach().numpy() for name, value in network.state_dict().items()}
    return Checkpoint(
        title="Heartbeat",
        created="2025-01-02T03:04:05+00:00",
        licence="MIT",
        kind="binomial",
        betas=constant_erasure(STEPS, first=0.01),
        network=NetworkInfo(network.kind, network.config, weights),
        data=DataInfo(name, source.shape, (0.0, 1.0), np.zeros(20), np.ones(20), source.support()),
    )


@pytest.fixture(params=list(NETWORKS))
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def beat(kind: str, tmp_path: Path) -> Path:
    """A checkpoint of bits in a file."""
    path = tmp_path / "beat.h5"
    save(heartbeat_checkpoint(kind), path)
    return path


@pytest.fixture
def beat_model(kind: str) -> DiffusionModel:
    return model_from(heartbeat_checkpoint(kind), "beat.h5")


def work_of_model(model: DiffusionModel, points: int, paths: int) -> Work:
    found = list(measure_work(model, RunSpec(points), paths))[-1].result
    assert found is not None
    return found


def test_bits_are_known_to_info_and_check(beat: Path, kind: str, capsys: Capture) -> None:
    facts = told(capsys, "info", beat, "--json")
    assert (facts["process"], facts["network"], facts["steps"], facts["shape"]) == ("binomial", kind, STEPS, [20])
    assert dpm("check", beat) == 0


def test_samples_of_bits_are_bits(beat: Path, kind: str, tmp_path: Path) -> None:
    assert dpm("sample", beat, "--count", 40, "--out", tmp_path / "x.npy") == 0
    found = np.load(tmp_path / "x.npy")
    assert found.shape == (40, 20)
    assert np.isin(found, [0, 1]).all()
    if kind == "empirical":  # nearly all are true heartbeats but for the edge, which turns one bit in two hundred
        distances = np.abs(found[:, None] - Heartbeat().support()).sum(axis=2).min(axis=1)
        assert distances.mean() < 0.5


def test_the_bound_of_bits_is_that_of_the_engine_and_all_its_entropies_are_finite(
    beat: Path, beat_model: DiffusionModel, capsys: Capture
) -> None:
    found = told(capsys, "bound", beat, "--count", 200, "--json")
    wanted = list(measure_bound(beat_model, RunSpec(200)))[-1].result
    assert wanted is not None
    assert (found["kind"], found["K_bits"], found["null_bits"]) == ("binomial", wanted.k, wanted.null)
    assert found["H_prior_bits"] == pytest.approx(20)
    assert len(found["entropy_lower_bits"]) == STEPS
    assert found["entropy_lower_bits"][0] == pytest.approx(
        0, abs=1e-9
    )  # a bit given itself: nothing, not minus infinity
    gaps = np.array(found["entropy_upper_bits"]) - np.array(found["entropy_lower_bits"])
    assert gaps[1:].sum() == pytest.approx(found["H_T_given_0_bits"] - found["H_1_given_0_bits"])
    assert (gaps >= 0).all()


def test_the_entropies_of_each_step_are_printed_with_their_errors_and_the_true_ones(
    beat: Path, beat_model: DiffusionModel, capsys: Capture
) -> None:
    found = told(capsys, "bound", beat, "--count", 200, "--entropies", "--json")
    wanted = list(measure_bound(beat_model, RunSpec(200)))[-1].result
    assert wanted is not None
    assert wanted.model_entropy is not None
    assert wanted.kl_standard_error is not None
    assert found["model_entropy_bits"] == wanted.model_entropy.tolist()
    assert found["kl_standard_error_bits"] == wanted.kl_standard_error.tolist()
    assert len(found["model_entropy_standard_error_bits"]) == STEPS
    truth, lower, upper = (
        np.array(found[f"{name}_bits"]) for name in ("true_entropy", "entropy_lower", "entropy_upper")
    )
    assert (truth >= lower - 1e-9).all()
    assert (truth <= upper + 1e-9).all()


def test_the_limit_comes_beside_k_where_it_is_known(
    beat: Path, beat_model: DiffusionModel, kind: str, capsys: Capture
) -> None:
    found = told(capsys, "bound", beat, "--count", 300, "--limit", "--json")
    model = limit_of(beat_model)
    limit = list(measure_bound(model, RunSpec(300)))[-1].result
    assert limit is not None
    assert (found["limit_bits"], found["limit_standard_error_bits"]) == (limit.k, limit.standard_error)
    if kind == "empirical":  # which is the limit
        assert found["limit_bits"] == pytest.approx(found["K_bits"], abs=1e-6)
    else:
        assert found["limit_bits"] > found["K_bits"] + 1
    assert dpm("bound", beat, "--count", 50, "--limit") == 0
    assert "limit of K" in capsys.readouterr().out


def test_the_limit_of_data_without_a_formula_is_refused(tmp_path: Path, capsys: Capture) -> None:
    save(heartbeat_checkpoint("bit_mlp", name="someone's bits"), tmp_path / "bits.h5")
    said = refused(capsys, "bound", tmp_path / "bits.h5", "--count", 50, "--limit")
    assert said.startswith("dpm: --limit: ")
    assert "someone's bits" in said


def test_without_asking_there_is_neither_limit_nor_work(beat: Path, capsys: Capture) -> None:
    found = told(capsys, "bound", beat, "--count", 20, "--json")
    assert not {"limit_bits", "limit_standard_error_bits", "work", "crooks"} & found.keys()


def test_the_work_is_that_of_the_engine(beat: Path, beat_model: DiffusionModel, capsys: Capture) -> None:
    found = told(capsys, "bound", beat, "--count", 50, "--work", 12, "--points", 7, "--json")["work"]
    wanted = work_of_model(beat_model, 7, 12)
    assert (found["points"], found["paths"]) == (7, 12)
    assert found["mean_log_weight_bits"] == wanted.mean_bound.value
    assert found["mean_log_weight_standard_error_bits"] == wanted.mean_bound.standard_error
    assert found["log_likelihood_bits"] == wanted.mean_likelihood.value
    assert found["log_likelihood_standard_error_bits"] == wanted.mean_likelihood.standard_error
    assert found["effective_size_median"] == np.median(wanted.effective_size)
    assert found["group_sizes"] == [1, 2, 4, 8, 12]
    assert len(found["group_bounds_bits"]) == 5


def test_the_work_of_points_is_measured_too_and_starts_from_a_hundred(file: Path, capsys: Capture) -> None:
    found = told(capsys, "bound", file, "--count", 20, "--work", 3, "--json")["work"]
    assert (found["points"], found["paths"]) == (100, 3)


def test_the_work_of_given_data_starts_from_their_first_rows(
    file: Path, model: DiffusionModel, tmp_path: Path, capsys: Capture
) -> None:
    data = 5.0 * np.random.default_rng(0).standard_normal((9, 2))
    np.save(tmp_path / "data.npy", data)
    found = told(capsys, "bound", file, "--data", tmp_path / "data.npy", "--work", 4, "--points", 6, "--json")["work"]
    wanted = list(measure_work(model, RunSpec(), 4, data[:6]))[-1].result
    assert wanted is not None
    assert found["points"] == 6
    assert found["log_likelihood_bits"] == wanted.mean_likelihood.value


def test_the_work_is_told_as_text(beat: Path, capsys: Capture) -> None:
    assert dpm("bound", beat, "--count", 20, "--work", 8, "--points", 5) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("mean log2 w", "Jarzynski", "5 fresh draws, 8 paths each", "of 8, the median"))


def test_crooks_is_that_of_the_engine(beat: Path, beat_model: DiffusionModel, capsys: Capture) -> None:
    found = told(capsys, "bound", beat, "--count", 150, "--crooks", "--json")["crooks"]
    wanted = list(measure_crooks(beat_model, RunSpec(150)))[-1].result
    assert wanted is not None
    assert found["paths"] == 150
    for name in ("forward_mean", "reverse_mean", "crossing"):
        estimate = getattr(wanted, name)
        assert found[f"{name}_bits"] == estimate.value
        assert found[f"{name}_standard_error_bits"] == estimate.standard_error
    assert found["edges_bits"] == wanted.edges.tolist()
    assert found["forward_counts"] == wanted.forward_counts.tolist()
    assert found["reverse_counts"] == wanted.reverse_counts.tolist()
    assert found["predicted_counts"] == (150 * wanted.predicted).tolist()
    assert found["predicted_counts_standard_error"] == (150 * wanted.predicted_error).tolist()


def test_crooks_is_told_as_text(beat: Path, capsys: Capture) -> None:
    assert dpm("bound", beat, "--count", 30, "--crooks") == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("forward Omega", "30 paths each way", "reverse Omega", "0 by Crooks' relation"))


def test_crooks_of_data_of_unknown_density_is_refused_before_anything_is_measured(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(heartbeat_checkpoint("bit_mlp", name="someone's bits"), tmp_path / "bits.h5")
    monkeypatch.setattr("core.measurement.bound.measure_bound", None)
    said = refused(capsys, "bound", tmp_path / "bits.h5", "--crooks")
    assert said.startswith("dpm: --crooks: it needs the density of x^1")
    assert "someone's bits" in said


def test_bits_may_be_given_as_true_and_false(beat: Path, tmp_path: Path, capsys: Capture) -> None:
    found = []
    for name, kind in (("bool.npy", np.bool_), ("float.npy", np.float32)):
        np.save(tmp_path / name, np.tile(Heartbeat().support(), (4, 1)).astype(kind))
        found.append(told(capsys, "bound", beat, "--data", tmp_path / name, "--json"))
    assert found[0] == found[1]


def own_points(folder: Path, *, held_out: bool) -> Path:
    """Save a model of points of the user's, with or without examples that were held out."""
    rng = np.random.default_rng(2)
    checkpoint = heartbeat_checkpoint("bit_mlp", name="mine")
    kept = (rng.random((6, 20)) < 0.5).astype(np.float32) if held_out else None
    save(dataclasses.replace(checkpoint, data=dataclasses.replace(checkpoint.data, held_out=kept)), folder / "own.h5")
    return folder / "own.h5"


@pytest.mark.parametrize(
    ("held_out", "words", "measured_on", "count"),
    [(True, "6 held-out examples", "held-out", 6), (False, "5 training examples", "training", 5)],
)
def test_k_work_and_their_lines_say_what_they_were_measured_on(
    held_out: bool, words: str, measured_on: str, count: int, tmp_path: Path, capsys: Capture
) -> None:
    path = own_points(tmp_path, held_out=held_out)
    assert dpm("bound", path, "--work", 4) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"({words})" in lines[0]
    assert any(line.startswith("mean log2 w") and f"({words}, 4 paths each)" in line for line in lines)
    found = told(capsys, "bound", path, "--work", 4, "--json")
    assert (found["measured_on"], found["count"], found["grey_level_noise"]) == (measured_on, count, False)
    assert (found["work"]["measured_on"], found["work"]["points"]) == (measured_on, count)
    assert told(capsys, "bound", path, "--count", 2, "--json")["count"] == 2


def test_given_examples_are_named_and_each_term_has_one_sign(beat: Path, tmp_path: Path, capsys: Capture) -> None:
    np.save(tmp_path / "more.npy", Heartbeat().support())
    assert dpm("bound", beat, "--data", tmp_path / "more.npy") == 0
    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if line.startswith("K ")]
    assert f"(5 examples of {tmp_path / 'more.npy'})" in line
    assert "- -" not in out
    assert told(capsys, "bound", beat, "--data", tmp_path / "more.npy", "--json")["measured_on"] == "given"


def test_terms_of_points_have_one_sign_each(file: Path, capsys: Capture) -> None:
    assert dpm("bound", file, "--count", 20) == 0
    (terms,) = [line for line in capsys.readouterr().out.splitlines() if "sum of KL" in line]
    assert re.search(r"= -?[0-9.]+( [-+] [0-9.]+){3}$", terms)


def test_whole_grey_levels_get_their_noise_and_a_code_length(tmp_path: Path, capsys: Capture) -> None:
    save(images_checkpoint(steps=3), tmp_path / "twelve.h5")
    np.save(tmp_path / "whole.npy", np.random.default_rng(0).integers(0, 256, (9, *SHAPE), dtype=np.uint8))
    np.save(tmp_path / "between.npy", np.random.default_rng(0).uniform(0, 256, (9, *SHAPE)))
    assert dpm("bound", tmp_path / "twelve.h5", "--data", tmp_path / "whole.npy") == 0
    out = capsys.readouterr().out
    assert f"(9 examples of {tmp_path / 'whole.npy'}, with the uniform noise of one grey level)" in out
    found = told(capsys, "bound", tmp_path / "twelve.h5", "--data", tmp_path / "whole.npy", "--json")
    assert found["grey_level_noise"] is True
    assert f"code length    {found['bits_per_dimension']:10.4f} bits per dimension" in out
    assert dpm("bound", tmp_path / "twelve.h5", "--data", tmp_path / "between.npy") == 0
    assert "noise" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--work", 1), "--work: paths: 1 are too few"),
        (("--work", 0), "--work"),
        (("--work", 10**9), "--work: paths: 1000000000"),
        (("--work", 10, "--points", 1), "--points: 1"),
        (("--work", 10, "--points", -4), "--points: -4"),
        (("--points", 10), "--points"),
        (("--work", "many"), "--work"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    file: Path, options: tuple[object, ...], reason: str, capsys: Capture
) -> None:
    assert reason in refused(capsys, "bound", file, *options)


def test_half_a_bit_among_the_data_is_refused(beat: Path, tmp_path: Path, capsys: Capture) -> None:
    np.save(tmp_path / "half.npy", np.full((3, 20), 0.5))
    assert "0.5" in refused(capsys, "bound", beat, "--data", tmp_path / "half.npy")
