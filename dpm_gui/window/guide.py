"""What leads a newcomer: the tour over the real controls, its offer at the first start, and the tutorial."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from dpm_gui.desktop.preferences import Preferences
from dpm_gui.dialogs.guide.tour import Tour
from dpm_gui.dialogs.guide.tour_card import Stop
from dpm_gui.window.main_window import MainWindow
from dpm_gui.window.workspaces import TourStep, Workspace

WINDOW_STEPS = (
    TourStep(
        "Open",
        "Here are the shipped models, those opened lately, and any checkpoint of yours, which you may also drop here.",
        lambda window: window.open_button,
    ),
    TourStep(
        "Seed",
        "The same seed gives the same samples; the die takes a new one, and Ctrl+Z brings the old one back.",
        lambda window: window.run_panel,
    ),
)
"""The steps over the controls that every workspace shares; the first is that of `Open`."""


class Guide(QObject):
    """Starts the tour, offers it once, and shows the tutorial."""

    def __init__(
        self, window: MainWindow, preferences: Preferences, workspaces: Sequence[Workspace], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window, self._preferences, self._workspaces = window, preferences, workspaces
        self._came_from = ""
        self.tour: Tour | None = None
        self.offer: TourOffer | None = None
        window.actions_.on("take_tour", self.take_tour)
        window.actions_.on("tutorial", self.show_tutorial)
        window.closing.connect(self._drop)

    def offer_tour(self) -> None:
        """Offer the tour in the status bar, at the first start alone."""
        if self._preferences.tour_offered:
            return
        self._preferences.tour_offered = True
        self.offer = TourOffer(self._window)
        self.offer.taken.connect(self.take_tour)
        self.offer.dismissed.connect(self._withdraw)
        self._window.statusBar().addPermanentWidget(self.offer)

    def take_tour(self) -> None:
        """Begin the tour from its first step, in place of one that is under way."""
        self._withdraw()
        self._end()
        self._came_from = self._window.workspaces.current
        self.tour = Tour(self._window, self.stops())
        self.tour.ended.connect(self._go_back)
        self.tour.begin()

    def stops(self) -> list[Stop]:
        """Return the steps of the window and of each workspace, in reading order."""
        of_window = [Stop(s.title, s.text, partial(s.find, self._window), bool) for s in WINDOW_STEPS]
        of_workspaces = [
            Stop(
                step.title,
                step.text,
                partial(self._find, workspace.name, step),
                partial(self._window.workspaces.show_workspace, workspace.name),
            )
            for workspace in self._workspaces
            for step in workspace.tour
        ]
        return [*of_window, *of_workspaces]

    def show_tutorial(self) -> None:
        """Show the tutorial in a window of its own."""
        from dpm_gui.dialogs.guide.tutorial import (
            TutorialDialog,
        )  # imported when needed, so that the window appears sooner

        TutorialDialog(self._window).show()

    def _find(self, workspace: str, step: TourStep) -> QWidget | None:
        page = self._window.workspaces.pages.get(workspace)
        return None if page is None else step.find(page)

    def _withdraw(self) -> None:
        if self.offer is not None:
            self._window.statusBar().removeWidget(self.offer)
            self.offer.deleteLater()
            self.offer = None

    def _end(self) -> None:
        if self.tour is not None:
            self.tour.end()

    def _drop(self) -> None:
        """End the tour and stay in the workspace on show, since another one would begin to compute."""
        if self.tour is not None:
            self.tour.ended.disconnect(self._go_back)
            self._end()
            self.tour = None

    def _go_back(self) -> None:
        """Show the workspace in which the tour was begun."""
        self.tour = None
        self._window.workspaces.show_workspace(self._came_from)
        self._window.workspaces.page.set_in_view(True)  # which takes the keyboard


class TourOffer(QWidget):
    """One line in the status bar, which takes no room from anything: take the tour, or do not."""

    taken = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.take, self.dismiss = QToolButton(self), QToolButton(self)
        for button, text, tip in (
            (self.take, "Take the tour", "Show what the window has, in nine steps; also in the menu Help"),
            (self.dismiss, "No, thanks", "Hide this for good; the tour stays in the menu Help"),
        ):
            button.setText(text)
            button.setToolTip(tip)
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.take.clicked.connect(self.taken)
        self.dismiss.clicked.connect(self.dismissed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored)  # the bar is as high without it
        for widget in (QLabel("New here?", self), self.take, self.dismiss):
            row.addWidget(widget)
