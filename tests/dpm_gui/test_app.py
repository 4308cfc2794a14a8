"""The application as a whole: which commands are there for what is shipped with it."""

from __future__ import annotations

import pytest

from dpm_gui.window.commands import SHIPPED_CHECKPOINTS


@pytest.mark.parametrize("missing", [True, False])
def test_a_command_is_there_for_each_checkpoint_that_has_come_with_the_program(
    qapp: object, settings: object, same_looks: None, monkeypatch: pytest.MonkeyPatch, missing: bool
) -> None:
    from dpm_gui.app import make_program
    from dpm_gui.desktop.preferences import Preferences
    from dpm_gui.window import application

    gone = {"checkpoints/digits.h5"} if missing else set()
    monkeypatch.setattr(application, "is_shipped", lambda place: place not in gone)
    program = make_program(qapp, Preferences(settings))  # type: ignore[arg-type]
    try:
        offered = [name for name in SHIPPED_CHECKPOINTS if program.window.actions_[name].isVisible()]
        assert offered == [name for name in SHIPPED_CHECKPOINTS if not missing or name != "open_digits"]
    finally:
        program.close()
        program.window.close()
        program.window.deleteLater()
        program.deleteLater()
