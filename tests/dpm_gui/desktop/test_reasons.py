"""Disabled controls: the reason stands after what the control does, and goes when it is enabled."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QWidget

from dpm_gui.desktop.reasons import disable_if, reason_of


def test_a_reason_stands_after_what_a_command_does_and_goes_again(window: QWidget) -> None:
    action = QAction("Measure K", window)
    action.setToolTip("Measure the bound")
    for reason in ("open a checkpoint first", "wait for the run"):
        disable_if(action, reason)
        assert (action.isEnabled(), action.toolTip()) == (False, f"Measure the bound: {reason}")
        assert reason_of(action) == reason
    disable_if(action, "")
    assert (action.isEnabled(), action.toolTip(), reason_of(action)) == (True, "Measure the bound", "")


def test_a_control_without_a_tip_shows_the_reason_as_a_sentence(window: QWidget) -> None:
    disable_if(window, "nothing is open")
    assert window.toolTip() == "Nothing is open"


def test_what_is_in_a_disabled_part_says_why_too(window: QWidget) -> None:
    button = QPushButton("Play", window)
    button.setToolTip("Play (Space)")
    disable_if(window, "nothing is open")
    assert (button.toolTip(), reason_of(button)) == ("Play (Space): nothing is open", "nothing is open")
    disable_if(button, "T is 0")
    disable_if(window, "")
    assert (button.isEnabled(), button.toolTip()) == (False, "Play (Space): T is 0")
    disable_if(button, "")
    assert button.toolTip() == "Play (Space)"


def test_a_tip_that_changes_while_the_control_is_enabled_is_kept(window: QWidget) -> None:
    window.setToolTip("Play")
    disable_if(window, "nothing is open")
    disable_if(window, "")
    window.setToolTip("Pause")
    disable_if(window, "nothing is open")
    assert window.toolTip() == "Pause: nothing is open"
