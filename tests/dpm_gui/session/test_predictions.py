"""What the network predicts at a step: the engine's, the newest first, and kept for a while."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.session.session import Session
from dpm_gui.session.side_recording import ShownFrame
from tests.support.window_values import Steered


def shown_at(session: Session, t: int) -> dict[str, ShownFrame]:
    found = {side: session.recording(side).shown(t) for side in (FORWARD, REVERSE)}
    assert all(found.values())
    return found


@pytest.mark.parametrize("mode", ["x0_estimate", "mean"])
def test_what_the_network_makes_of_a_step_is_the_engine_s_and_is_kept(images: Session, mode: str, qtbot: QtBot) -> None:
    from core.sampling.predictions import next_means, x0_estimates

    wanted = shown_at(images, 9)
    with qtbot.waitSignal(images.predictions_changed):
        assert images.predict(mode, wanted) == {}
    found = images.predict(mode, wanted)
    assert images.opened is not None
    turned = x0_estimates if mode == "x0_estimate" else next_means
    for side, each in wanted.items():
        (expected,) = turned(images.opened.model, [each.frame])
        assert found[side].frame.t == 9
        assert np.array_equal(found[side].frame.x, expected.x)
    qtbot.waitUntil(lambda: not images._tasks._activities)


def test_of_many_wishes_the_newest_is_answered_after_the_first(
    images: Session, steer: Callable[[str], Steered], qtbot: QtBot
) -> None:
    looking = steer("predict")
    for t in (3, 4, 5, 6):
        images.predict("x0_estimate", shown_at(images, t))
    looking.let_go()
    qtbot.waitUntil(lambda: len(images.predict("x0_estimate", shown_at(images, 6))) == 2)
    known = [t for t in (3, 4, 5, 6) if images.predictions.found(FORWARD, "x0_estimate", shown_at(images, t)[FORWARD])]
    assert known == [3, 6]
    assert len(looking._passes) == 2


def test_another_run_forgets_what_was_looked_at(images: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(images.predictions_changed):
        images.predict("x0_estimate", shown_at(images, 9))
    with qtbot.waitSignal(images.run_ended):
        images.edit(seed=99)
    with qtbot.waitSignal(images.predictions_changed):
        assert images.predict("x0_estimate", shown_at(images, 9)) == {}


def test_only_the_newest_answers_are_kept(images: Session, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    monkeypatch.setattr("dpm_gui.session.predictions.CACHED_PREDICTIONS", 4)
    for t in (1, 2, 3):
        with qtbot.waitSignal(images.predictions_changed):
            images.predict("mean", shown_at(images, t))
        qtbot.waitUntil(lambda: not images._tasks._activities)
    known = [t for t in (1, 2, 3) if images.predictions.found(REVERSE, "mean", shown_at(images, t)[REVERSE])]
    assert known == [2, 3]
