"""The bound K: against its closed form on Gaussian data, and its own identities."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from core.errors import BadInputError
from core.measurement.bound import measure_bound
from core.model import DiffusionModel, divergence_at
from core.networks.perceptrons import MultilayerPerceptron
from core.processes.gaussian import GaussianProcess
from core.sampling import blocks
from core.values.checkpoints import DataInfo
from core.values.measurements import NATS_PER_BIT, Bound, Progress, mean_of
from core.values.runs import RunSpec

MakeModel = Callable[[NDArray[np.float64], float], DiffusionModel]
COUNT = 20_000


def last(values: Iterable[Progress[Bound]]) -> Bound:
    found = list(values)[-1].result
    assert found is not None
    return found


def closed_form(process: GaussianProcess, spread: float) -> float:
    """Return K of the exact reverse on N(0, s^2): 1/2 ln(V_T / V_1) - 1/2 ln(2 pi) - V_T / 2, nats."""
    variances = process.alpha_bars * spread**2 + 1 - process.alpha_bars
    end, edge = float(variances[-1]), float(variances[1])
    return 0.5 * math.log(end / edge) - 0.5 * math.log(2 * math.pi) - end / 2


def expected_bound(model: DiffusionModel, spread: float) -> float:
    """Return K on N(0, s^2) without sampling, nats.

    For linear kernels each KL is quadratic in x^0 and the noise: two nodes a variable give its expectation exactly.
    """
    process = model.process
    x0 = torch.tensor([[spread], [spread], [-spread], [-spread]], dtype=torch.float64)
    noise = torch.tensor([[1.0], [-1.0], [1.0], [-1.0]], dtype=torch.float64)
    divergences = 0.0
    for t in range(2, process.steps + 1):
        distribution = process.marginal(x0, t)
        divergences += float(divergence_at(model, x0, distribution.mean + distribution.stddev * noise, t).mean())
    ends = process.marginal_entropies()
    return float(ends[-1] - ends[0] - process.prior_cross_entropy(x0).mean()) - divergences


@pytest.mark.parametrize("spread", [0.2, 1.0, 1.7])
def test_k_of_the_exact_reverse_is_its_closed_form(
    exact_model: MakeModel, betas: NDArray[np.float64], spread: float
) -> None:
    model = exact_model(betas, spread)
    assert expected_bound(model, spread) == pytest.approx(closed_form(GaussianProcess(betas), spread), abs=1e-9)


@pytest.mark.parametrize("spread", [0.2, 1.0, 1.7])
def test_the_measured_k_is_its_closed_form_within_three_standard_errors(
    exact_model: MakeModel, betas: NDArray[np.float64], spread: float
) -> None:
    model = exact_model(betas, spread)
    data = spread * np.random.default_rng(5).standard_normal((COUNT, 1))
    found = last(measure_bound(model, RunSpec(seed=5, threads=1), data))
    wanted = closed_form(GaussianProcess(betas), spread) / NATS_PER_BIT
    assert found.count == COUNT
    assert abs(found.k - wanted) < 3 * found.standard_error + 1e-6


def test_a_read_out_of_zero_on_unit_data_gains_nothing(
    null_model: Callable[[NDArray[np.float64]], DiffusionModel], betas: NDArray[np.float64]
) -> None:
    model = null_model(betas)
    assert expected_bound(model, 1.0) == pytest.approx(model.process.null_log_likelihood(torch.zeros(1, 1)), abs=1e-11)


def test_for_unit_data_the_exact_reverse_attains_the_upper_entropy(
    exact_model: MakeModel, betas: NDArray[np.float64]
) -> None:
    model = exact_model(betas, 1.0)
    upper = model.process.entropies().upper
    for t in range(2, model.steps + 1):
        entropy = model.reverse_kernel(torch.zeros(1, 1, dtype=torch.float64), t).entropy() / NATS_PER_BIT
        assert float(entropy) == pytest.approx(upper[t - 1], abs=1e-10)


@pytest.mark.parametrize("spread", [0.2, 0.6])
def test_the_entropy_of_the_exact_reverse_lies_between_its_bounds(
    exact_model: MakeModel, betas: NDArray[np.float64], spread: float
) -> None:
    model = exact_model(betas, spread)
    found = model.process.entropies()
    for t in range(2, model.steps + 1):
        distribution = model.reverse_kernel(torch.zeros(1, 1, dtype=torch.float64), t)
        entropy = float(distribution.entropy()) / NATS_PER_BIT
        assert found.lower[t - 1] - 1e-9 <= entropy <= found.upper[t - 1] + 1e-9


def test_no_other_reverse_beats_the_exact_one(exact_model: MakeModel, betas: NDArray[np.float64]) -> None:
    truth = expected_bound(exact_model(betas, 0.5), 0.5)
    for wrong in (0.3, 0.4, 0.6, 1.0):
        assert expected_bound(exact_model(betas, wrong), 0.5) < truth


def test_k_is_the_sum_of_its_terms(model: DiffusionModel) -> None:
    found = last(measure_bound(model, RunSpec(500, 3, threads=1)))
    assert (found.steps, found.kind, found.unit, found.count) == (5, "gaussian", "sample", 500)
    assert found.kl.shape == (4,)
    assert (found.kl >= 0).all()
    assert found.k == pytest.approx(found.h_end - found.h_edge - found.h_prior - found.kl.sum(), abs=1e-9)
    assert found.gain == found.k - found.null
    assert found.null == pytest.approx(-math.log2(2 * math.pi * math.e), abs=1e-9)
    assert found.entropy_lower.shape == found.entropy_upper.shape == (5,)
    assert found.entropy_lower[0] == -math.inf
    gaps = (found.entropy_upper - found.entropy_lower)[1:]
    assert gaps.sum() == pytest.approx(found.h_end - found.h_edge, abs=1e-9)


def test_progress_is_told_step_by_step_and_the_bound_comes_last(model: DiffusionModel) -> None:
    reports = list(measure_bound(model, RunSpec(50, threads=1)))
    assert [report.total for report in reports] == [5] * len(reports)
    assert [report.done for report in reports] == sorted({report.done for report in reports})
    assert reports[-1].done == 5
    assert [report.result is not None for report in reports] == [False] * (len(reports) - 1) + [True]


def test_equal_seeds_measure_the_same_and_others_do_not(model: DiffusionModel) -> None:
    one, again, other = (last(measure_bound(model, RunSpec(200, seed, threads=1))) for seed in (1, 1, 2))
    assert one.k == again.k
    assert np.array_equal(one.kl, again.kl)
    assert one.k != other.k
    assert abs(one.k - other.k) < 5 * math.hypot(one.standard_error, other.standard_error)


def test_a_process_of_one_step_has_no_divergences(unit_data: Callable[[], DataInfo]) -> None:
    process = GaussianProcess(np.array([0.3]))
    model = DiffusionModel(process, MultilayerPerceptron(1, width=4), unit_data())
    found = last(measure_bound(model, RunSpec(100, threads=1)))
    assert found.kl.shape == (0,)
    assert found.k == pytest.approx(-found.h_prior)


def test_measuring_part_by_part_measures_all(model: DiffusionModel, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = last(measure_bound(model, RunSpec(1000, threads=1)))
    monkeypatch.setattr(blocks, "STATES_AT_ONCE", 96)
    parts = last(measure_bound(model, RunSpec(1000, threads=1)))
    assert abs(parts.k - whole.k) < 3 * whole.standard_error
    assert np.allclose(parts.kl, whole.kl, rtol=0.5)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (np.zeros((5, 3)), r"\(5, 3\)"),
        (np.zeros(5), r"\(5,\)"),
        (np.zeros((5, 2, 1)), "shape"),
        (np.zeros((1, 2)), "one example is too few"),
        (np.zeros((0, 2)), "0 examples"),
        (np.full((5, 2), np.nan), "finite"),
        (np.full((5, 2), np.inf), "finite"),
        (np.full((5, 2), 1e300), "units"),
        (np.zeros((5, 2), dtype=complex), "complex"),
        (np.zeros((5, 2), dtype=object), "object"),
    ],
)
def test_data_that_are_not_the_model_s_are_refused(model: DiffusionModel, data: np.ndarray, reason: str) -> None:
    with pytest.raises(BadInputError, match=rf"data.*{reason}|{reason}.*data"):
        list(measure_bound(model, RunSpec(threads=1), data))


@pytest.mark.parametrize("spec", [RunSpec(0), RunSpec(-1), RunSpec(10**9), RunSpec(seed=-1), RunSpec(threads=0)])
def test_a_spec_that_nothing_can_run_is_refused(model: DiffusionModel, spec: RunSpec) -> None:
    with pytest.raises(BadInputError):
        next(iter(measure_bound(model, spec)))


def test_whole_numbers_are_data_too(model: DiffusionModel) -> None:
    data: NDArray[Any] = np.arange(10).reshape(5, 2)
    whole = last(measure_bound(model, RunSpec(threads=1), data))
    assert whole.k == last(measure_bound(model, RunSpec(threads=1), data.astype(float))).k


def test_the_standard_error_is_that_of_the_mean() -> None:
    values = np.random.default_rng(0).standard_normal((2000, 50))
    errors = [mean_of(column).standard_error for column in values.T]
    assert np.mean(errors) == pytest.approx(1 / math.sqrt(2000), rel=0.01)
