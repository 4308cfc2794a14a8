"""The heartbeat and its known answers: five sequences, and their density at every step."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.data.formulas import Heartbeat
from core.data.registry import source_of
from core.processes.binomial import BinomialProcess
from core.values.checkpoints import DataInfo


@pytest.fixture(scope="module")
def info() -> DataInfo:
    return DataInfo("heartbeat", (20,), (0.0, 1.0), np.zeros(20), np.ones(20), Heartbeat().support())


def test_there_are_five_sequences_with_a_one_every_fifth_place() -> None:
    found = Heartbeat().support()
    assert found.dtype == np.float32
    assert sorted("".join(str(int(bit)) for bit in row) for row in found) == sorted(
        ("1" + "0" * 4).rjust(5 + phase, "0")[:5] * 4 if phase == 0 else ("0" * phase + "1" + "0" * (4 - phase)) * 4
        for phase in range(5)
    )


def test_samples_are_the_five_sequences_equally_often() -> None:
    samples = Heartbeat().sample(20_000, np.random.default_rng(1))
    assert samples.dtype == np.float32
    known, counts = np.unique(samples, axis=0, return_counts=True)
    assert np.array_equal(known, np.unique(Heartbeat().support(), axis=0))
    assert (np.abs(counts / 20_000 - 0.2) < 3 * math.sqrt(0.2 * 0.8 / 20_000)).all()


def test_equal_generators_give_equal_samples() -> None:
    one, again, other = (Heartbeat().sample(50, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("left", [0.999, 0.5, 1e-3, 0.0])
def test_the_density_is_the_mean_over_the_five_jumps(info: DataInfo, left: float) -> None:
    x = torch.randint(2, (64, 20), generator=torch.Generator().manual_seed(0)).double()
    process = BinomialProcess(np.array([1.0 - left]))
    each = [process.marginal(torch.tensor(row).double().expand_as(x), 1).log_prob(x).sum(1) for row in info.examples]
    wanted = torch.logsumexp(torch.stack(each), dim=0) - math.log(5)
    assert np.allclose(Heartbeat().log_density(x.numpy(), left, info), wanted.numpy(), rtol=1e-11)


def test_undisturbed_each_sequence_has_a_fifth_of_the_probability(info: DataInfo) -> None:
    found = Heartbeat().log_density(info.examples, 1 - 1e-12, info) / math.log(2)
    assert found.tolist() == pytest.approx([-2.3219] * 5, abs=1e-4)


def test_the_name_and_the_shape_together_make_the_source(info: DataInfo) -> None:
    assert isinstance(source_of(info), Heartbeat)
    other = DataInfo("heartbeat", (5,), (0.0, 1.0), np.zeros(5), np.ones(5), np.eye(5, dtype=np.float32))
    assert not isinstance(source_of(other), Heartbeat)
