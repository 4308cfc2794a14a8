"""Everything by keys alone: a model is opened, scrubbed, looked at in layers, masked, inpainted and saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QToolButton

from dpm_gui.desktop.focus_ring import FocusRing
from tests.support.painting import paint_of, settle
from tests.support.person import Person, Start, answer_file_dialog, press, type_in, wait_until


def tab_to(person: Person, name: str) -> None:
    """Press Tab until what is called ``name`` has the keyboard."""
    for _ in range(60):
        focused = QApplication.focusWidget()
        if focused is not None and focused.accessibleName() == name:
            return
        press("Tab")
    raise AssertionError(f"Tab does not reach {name}")


def test_a_layer_is_switched_by_keys_and_the_focus_is_seen(start: Start, good_file: Path) -> None:
    person = start(good_file)
    person.wait_for_run()
    press("K", "Home", "Right", "Right")
    assert person.t == 2
    tab_to(person, "Points")
    press("Right")
    button = QApplication.focusWidget()
    assert isinstance(button, QToolButton)
    assert button.accessibleName() == "Density"
    assert button.findChild(FocusRing) is not None
    press("Space")
    assert person.window.actions_["density"].isChecked()
    assert person.t == 2  # the arrow was that of the buttons


def test_a_model_is_opened_masked_inpainted_and_saved(
    start: Start, good_file: Path, rings: Path, tmp_path: Path
) -> None:
    person = start(good_file)
    person.wait_for_run()
    press("Ctrl+O")
    answer_file_dialog(rings)
    wait_until(lambda: "Rings" in person.window.windowTitle())
    press("Ctrl+2", "Del", "Ctrl+Shift+P")
    type_in("Hole in the middle")
    press("Return")
    wait_until(lambda: paint_of(person).document.masked.sum() > 0)
    settle(person)
    press("Ctrl+Shift+S")
    answer_file_dialog(tmp_path / "samples.npy")
    wait_until((tmp_path / "samples.npy").exists)
