"""Panels both ways: an edit reaches the session, and what the session says reaches the widgets."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QSpinBox, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from core.values.measurements import FRESH, GIVEN, HELD_OUT, TRAINING, WITH_NOISE, Bound
from core.values.runs import MAX_SEED
from dpm_gui.engine.state_kinds import POINTS
from dpm_gui.session.session import Session
from dpm_gui.watch.bound_panel import BoundPanel
from dpm_gui.window.run_panel import RunPanel
from tests.support.window_values import SPEC, make_bound, open_and_run

FIELDS = {"seed": "Seed", "count": "Number of points"}


@pytest.fixture
def actions(qapp: object) -> dict[str, QAction]:
    return {name: QAction(name) for name in ("New seed", "Run again", "Measure K")}


@pytest.fixture
def run_panel(session: Session, actions: dict[str, QAction], qtbot: QtBot) -> RunPanel:
    panel = RunPanel(session, actions["New seed"], actions["Run again"])
    qtbot.addWidget(panel)
    panel.show()
    return panel


@pytest.fixture
def bound_panel(session: Session, actions: dict[str, QAction], qtbot: QtBot) -> BoundPanel:
    panel = BoundPanel(session, actions["Measure K"])
    qtbot.addWidget(panel)
    panel.show()
    return panel


def field(panel: QWidget, entry: str) -> QSpinBox:
    return next(box for box in panel.findChildren(QSpinBox) if box.accessibleName() == FIELDS[entry])


def type_into(box: QSpinBox, text: str) -> None:
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)


def numbers(panel: BoundPanel) -> dict[str, str]:
    """What stands beside each row's name, as it is read."""
    labels = {label.accessibleName(): re.sub("<[^>]*>", "", label.text()) for label in panel.findChildren(QLabel)}
    return {name: labels[f"{name}, bits"] for name in ("K", "Null model", "Gain over null", "True value")}


def heading(panel: BoundPanel) -> str:
    return next(label.text() for label in panel.findChildren(QLabel) if label.wordWrap())


# ------------------------------------------------------------------------------------------------- what to run
@pytest.mark.parametrize(("entry", "text", "value"), [("seed", "2024", 2024), ("count", "750", 750)])
def test_what_is_typed_reaches_the_spec_once_when_it_is_finished(
    run_panel: RunPanel, session: Session, entry: str, text: str, value: int
) -> None:
    received: list[object] = []
    session.spec_changed.connect(received.append)
    type_into(field(run_panel, entry), text)
    assert received == []
    QTest.keyClick(field(run_panel, entry), Qt.Key.Key_Return)
    changes: dict[str, Any] = {entry: value}
    expected = dataclasses.replace(SPEC, **changes)
    assert received == [expected]
    assert session.spec == expected


@pytest.mark.parametrize(("key", "step"), [(Qt.Key.Key_Up, 1), (Qt.Key.Key_Down, -1)])
def test_an_arrow_key_takes_the_next_seed(run_panel: RunPanel, session: Session, key: Qt.Key, step: int) -> None:
    QTest.keyClick(field(run_panel, "seed"), key)
    assert session.spec.seed == SPEC.seed + step


@pytest.mark.parametrize("entry", FIELDS)
def test_a_changed_spec_is_shown_and_is_no_further_edit(run_panel: RunPanel, session: Session, entry: str) -> None:
    assert field(run_panel, entry).value() == getattr(SPEC, entry)
    session.edit(**{entry: 4321})  # type: ignore[arg-type]
    assert field(run_panel, entry).value() == 4321
    assert session.undo_stack.count() == 1
    session.undo_stack.undo()
    assert field(run_panel, entry).value() == getattr(SPEC, entry)
    assert session.undo_stack.canRedo()


def test_a_spec_that_a_field_cannot_show_is_not_changed_by_being_shown(run_panel: RunPanel, session: Session) -> None:
    session.edit(count=POINTS.fewest - 1)
    assert session.spec.count == POINTS.fewest - 1
    assert field(run_panel, "count").value() == POINTS.fewest


def test_the_fields_hold_every_seed_and_no_number_of_points_that_cannot_be_drawn(run_panel: RunPanel) -> None:
    ranges = {entry: (field(run_panel, entry).minimum(), field(run_panel, entry).maximum()) for entry in FIELDS}
    assert ranges == {"seed": (0, MAX_SEED), "count": (POINTS.fewest, POINTS.most)}


def test_the_greatest_seed_can_be_typed(run_panel: RunPanel, session: Session) -> None:
    type_into(field(run_panel, "seed"), str(MAX_SEED))
    QTest.keyClick(field(run_panel, "seed"), Qt.Key.Key_Return)
    assert session.spec.seed == MAX_SEED


@pytest.mark.parametrize("name", ["New seed", "Run again"])
def test_a_button_gives_its_command(run_panel: RunPanel, actions: dict[str, QAction], qtbot: QtBot, name: str) -> None:
    button = next(each for each in run_panel.findChildren(QToolButton) if each.accessibleName() == name)
    with qtbot.waitSignal(actions[name].triggered):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    actions[name].setEnabled(False)
    assert not button.isEnabled()


def test_a_panel_made_late_shows_what_the_session_says_already(
    session: Session, actions: dict[str, QAction], qtbot: QtBot
) -> None:
    session.edit(seed=5)
    panel = RunPanel(session, actions["New seed"], actions["Run again"])
    qtbot.addWidget(panel)
    assert field(panel, "seed").value() == 5
    assert session.spec.seed == 5


# ------------------------------------------------------------------------------------------------------ the bound
def test_without_a_bound_the_panel_says_so_and_shows_no_number(bound_panel: BoundPanel) -> None:
    assert "has not been measured yet" in heading(bound_panel)
    assert set(numbers(bound_panel).values()) == {"–"}


def test_a_bound_is_shown_with_its_errors_its_unit_and_the_number_of_examples(
    bound_panel: BoundPanel, session: Session
) -> None:
    session.bound_changed.emit(make_bound())
    assert numbers(bound_panel) == {
        "K": "−0.861 ± 0.016",
        "Null model": "−4.094",
        "Gain over null": "3.233",
        "True value": "−0.713 ± 0.010",
    }
    assert "bits per sample" in heading(bound_panel)
    assert "12\u202f345 held-out examples" in heading(bound_panel)


@pytest.mark.parametrize(
    ("measured_on", "words"),
    [
        (HELD_OUT, "15 held-out examples"),
        (TRAINING, "15 training examples"),
        (FRESH, "15 fresh draws"),
        (GIVEN, "given data: 15 examples of a file"),
    ],
)
@pytest.mark.parametrize(("noise_added", "end"), [(True, f", {WITH_NOISE}"), (False, "")])
def test_the_heading_says_what_k_was_measured_on(
    bound_panel: BoundPanel, session: Session, measured_on: str, words: str, noise_added: bool, end: str
) -> None:
    session.bound_changed.emit(make_bound(count=15, measured_on=measured_on, noise_added=noise_added))
    assert heading(bound_panel) == f"Measured just now on {words}{end}; bits per sample"


def test_a_bound_that_came_with_the_model_is_not_said_to_be_new(
    bound_panel: BoundPanel, session: Session, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    open_and_run(session, files["other"], qtbot)
    assert heading(bound_panel).startswith("Measured with the model on ")


@pytest.mark.parametrize("missing", ["truth", "truth_standard_error"])
def test_a_truth_nobody_knows_is_said_in_words(bound_panel: BoundPanel, session: Session, missing: str) -> None:
    session.bound_changed.emit(make_bound(unit="pixel", **{missing: None}))
    assert numbers(bound_panel)["True value"] == "unknown for these data"
    assert "bits per pixel" in heading(bound_panel)


def test_a_file_without_a_bound_takes_the_numbers_of_the_last_one_away(
    bound_panel: BoundPanel, session: Session
) -> None:
    shown: list[Bound | None] = [make_bound(), None]
    for bound in shown:
        session.bound_changed.emit(bound)
    assert set(numbers(bound_panel).values()) == {"–"}
    assert "has not been measured yet" in heading(bound_panel)


def test_every_number_can_be_selected_with_mouse_and_keyboard_and_says_what_it_is(bound_panel: BoundPanel) -> None:
    both = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    labels = [label for label in bound_panel.findChildren(QLabel) if label.accessibleName()]
    assert len(labels) == 5
    assert all(label.textInteractionFlags() & both == both and label.toolTip() for label in labels)


def test_the_button_measures(bound_panel: BoundPanel, actions: dict[str, QAction], qtbot: QtBot) -> None:
    (button,) = bound_panel.findChildren(QToolButton)
    with qtbot.waitSignal(actions["Measure K"].triggered):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_opening_a_file_with_a_bound_shows_it(
    bound_panel: BoundPanel, session: Session, files: dict[str, str], trusted: None, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(session.run_ended):
        session.open(files["other"])
    assert numbers(bound_panel)["K"] == "−0.861 ± 0.016"
