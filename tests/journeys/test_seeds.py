"""The seed, New seed, Run again, undo and redo; and that a run in the window is the engine's and the command's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QSpinBox, QToolButton

from core import cli
from core.formats.checkpoints import load
from core.model import model_from
from core.runtime.assets import asset
from core.sampling import trajectories
from core.values.runs import Frame, RunSpec
from dpm_gui.engine.values import FORWARD, REVERSE
from tests.support.person import Person, child, click, press, type_in

SHIPPED = asset("checkpoints/swiss_roll.h5")


def frames(person: Person, side: str = REVERSE) -> list[Frame]:
    """Return the frames that have been recorded, once all are there."""
    person.wait_for_run()
    recording = person.recording(side)
    assert recording.complete
    return [recording.frame(t) for t in range(recording.steps + 1)]


def same(some: list[Frame], others: list[Frame]) -> bool:
    """Tell whether two runs are equal bit for bit."""
    pairs = zip(some, others, strict=True)
    return all(one.t == other.t and one.x.tobytes() == other.x.tobytes() for one, other in pairs)


def test_a_typed_seed_runs_at_once_and_the_old_one_brings_the_old_run_back(person: Person) -> None:
    first = frames(person)
    person.set_seed(5)
    second = frames(person)
    assert not same(first, second)
    person.set_seed(17)
    assert same(frames(person), first)
    person.set_seed(5)
    assert same(frames(person), second)


def test_new_seed_runs_with_another_one_and_shows_it(person: Person) -> None:
    first, field = frames(person), child(person.window, QSpinBox, "Seed")
    assert field.value() == 17
    press("Ctrl+R")
    assert not same(frames(person), first)
    seed = person.session.spec.seed
    assert field.value() == seed != 17
    click(child(person.window, QToolButton, "New seed"))
    person.wait_for_run()
    assert person.session.spec.seed != seed
    assert field.value() == person.session.spec.seed


def test_run_again_runs_the_same_seed_to_the_same_arrays(person: Person) -> None:
    first = {side: frames(person, side) for side in (FORWARD, REVERSE)}
    press("F5")
    for side, expected in first.items():
        again = frames(person, side)
        assert same(again, expected)
        assert again[0] is not expected[0]


def test_undo_and_redo_bring_back_the_very_arrays(person: Person) -> None:
    undo, redo = person.window.actions_["undo"], person.window.actions_["redo"]
    assert not undo.isEnabled()
    assert "nothing to undo" in undo.toolTip()
    runs = [frames(person)]
    for _ in range(2):
        press("Ctrl+R")
        runs.append(frames(person))
    for key, number in (("Ctrl+Z", 1), ("Ctrl+Z", 0), ("Ctrl+Shift+Z", 1), ("Ctrl+Y", 2)):
        press(key)
        assert same(frames(person), runs[number]), key
    assert not redo.isEnabled()
    press("Ctrl+Z")
    person.set_seed(1)
    assert not redo.isEnabled()
    press("Ctrl+Z")
    assert same(frames(person), runs[1])


def test_the_number_of_points_is_typed_and_undone(person: Person) -> None:
    first = frames(person)
    click(child(person.window, QSpinBox, "Number of points"))
    press("Ctrl+A")
    type_in("150")
    press("Return")
    assert len(frames(person)[0].x) == 150
    assert len(person.views[REVERSE].table().columns["x1 (model units)"]) == 150
    press("Ctrl+Z")
    assert same(frames(person), first)


def test_a_run_in_the_window_is_the_engine_s_own(person: Person) -> None:
    model = model_from(load(SHIPPED), SHIPPED)
    spec = RunSpec(count=300, seed=2024)
    person.set_seed(2024)
    person.wait_for_run()
    assert person.session.spec == spec
    for side, walk in ((FORWARD, trajectories.forward), (REVERSE, trajectories.reverse)):
        expected = sorted(walk(model, spec), key=lambda frame: frame.t)
        assert same(frames(person, side), expected)


def test_a_run_in_the_window_ends_in_what_dpm_sample_saves(
    person: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person.set_seed(99)
    samples = person.session.opened.checkpoint.data.to_user(frames(person)[0].x)
    out = tmp_path / "samples.npy"
    assert cli.main(["sample", str(SHIPPED), "--count", "300", "--seed", "99", "--out", str(out)]) == 0
    capsys.readouterr()
    saved = np.load(out)
    assert saved.dtype == samples.dtype
    assert saved.tobytes() == samples.tobytes()
