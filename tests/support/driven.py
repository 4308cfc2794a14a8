"""The program with a person inside: ``python -m tests.support.driven WHAT``, with the options of dpm-gui after it.

Used by test_on_a_display.py. Says "ready" when WHAT has been done: "look" is the first paint alone, "play" plays,
scrubs and floats a dock. From then on the program is left to itself.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDockWidget

from dpm_gui import __main__
from dpm_gui.window import application
from tests.support.person import Person, drag, press, wait_until


def look(person: Person) -> None:
    """Do nothing: opening has only just begun."""


def play(person: Person) -> None:
    """Do what the first minute consists of."""
    person.wait_for_run()
    assert QGuiApplication.platformName() == "xcb"
    assert person.player.playing
    press("Space")
    assert not person.player.playing
    slider = person.timeline.slider
    for t in (40, 0, 17):
        drag(slider, QPoint(60, 20), QPoint(round(slider.axis.x_of(t)), 20))
        assert person.t == t
    press("Right", "Shift+Right")
    assert person.t == 28
    press("3")
    wait_until(lambda: len(person.session.drifts.found) == 40)
    person.set_seed(5)
    press("Ctrl+Z")
    assert person.session.spec.seed == 17
    person.window.findChild(QDockWidget, "entropies").setFloating(True)
    press("L")
    assert person.player.playing


class DrivenApplication(application.DpmApplication):
    """The program, which calls the person as soon as there is something to see."""

    def show(self) -> None:
        act = {"look": look, "play": play}[what]

        def begin() -> None:
            act(Person(self))
            print("ready", flush=True)

        self.window.painted.connect(lambda: QTimer.singleShot(0, self.window, begin))
        super().show()


what = sys.argv.pop(1)
setattr(application, "DpmApplication", DrivenApplication)  # noqa: B010 - a class may not be assigned to


sys.exit(__main__.main())
