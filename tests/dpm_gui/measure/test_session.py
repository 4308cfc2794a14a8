"""What is measured in the window: the numbers of `dpm bound`, and what makes them out of date."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.measurement.bound import measure_bound
from core.measurement.work import measure_work
from core.values.runs import RunSpec
from dpm_gui.engine import measuring
from dpm_gui.measure.session import CROOKS, ENTROPIES, LIMIT, WORK, MeasureSession
from dpm_gui.session.session import Session


@pytest.fixture
def measured(opened: Session) -> Iterator[MeasureSession]:
    made = MeasureSession(opened)
    yield made
    made.shut_down()


def until_idle(measured: MeasureSession, session: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: measured.idle and session.idle, timeout=20_000)


def test_k_and_its_terms_are_those_of_the_command(measured: MeasureSession, opened: Session, qtbot: QtBot) -> None:
    measured.measure()
    until_idle(measured, opened, qtbot)
    assert opened.opened is not None
    spec = measuring.bound_spec(opened.opened, opened.spec)
    *_, last = measure_bound(opened.opened.model, RunSpec(spec.count, spec.seed, spec.threads))
    assert last.result is not None
    assert measured.measured is not None
    found = measured.measured.bound
    assert found.k == last.result.k
    for name in ("kl", "kl_standard_error", "model_entropy", "model_entropy_standard_error"):
        np.testing.assert_array_equal(getattr(found, name), getattr(last.result, name))


def test_the_terms_of_k_come_step_by_step(measured: MeasureSession, opened: Session, qtbot: QtBot) -> None:
    seen: list[int] = []
    opened.bound_step.connect(lambda step: seen.append(step.t))
    opened.measure_bound()
    until_idle(measured, opened, qtbot)
    assert opened.opened is not None
    assert seen == list(range(2, opened.opened.checkpoint.steps + 1))
    assert measured.steps == {}  # they are in the bound now


def test_work_grows_and_ends_as_that_of_the_command(measured: MeasureSession, opened: Session, qtbot: QtBot) -> None:
    paths: list[int] = []
    measured.changed.connect(lambda name: paths.append(measured.work.work.shape[1]) if measured.work else None)
    measured.measure_work(16)
    until_idle(measured, opened, qtbot)
    assert opened.opened is not None
    assert measured.work is not None
    assert paths[-1] == 16
    assert paths == sorted(paths)
    *_, last = measure_work(
        opened.opened.model, RunSpec(measuring.WORK_POINTS, opened.spec.seed, opened.spec.threads), 16
    )
    assert last.result is not None
    np.testing.assert_array_equal(measured.work.work, last.result.work)


def test_what_is_unknown_for_the_data_is_left_out(measured: MeasureSession, opened: Session, qtbot: QtBot) -> None:
    measured.measure()
    measured.measure_crooks()
    until_idle(measured, opened, qtbot)
    assert (measured.limit, measured.true_entropies, measured.crooks) == (None, None, None)


def test_another_seed_drops_what_was_measured_with_the_old_one(
    measured: MeasureSession, opened: Session, qtbot: QtBot
) -> None:
    measured.measure_work(4)
    until_idle(measured, opened, qtbot)
    assert measured.work is not None
    told: list[str] = []
    measured.changed.connect(told.append)
    opened.edit(seed=opened.spec.seed + 1)
    assert measured.work is None
    assert {LIMIT, ENTROPIES, WORK, CROOKS} <= set(told)


def test_another_number_of_trajectories_keeps_it(measured: MeasureSession, opened: Session, qtbot: QtBot) -> None:
    measured.measure_work(4)
    until_idle(measured, opened, qtbot)
    opened.edit(count=opened.spec.count + 1)
    assert measured.work is not None
