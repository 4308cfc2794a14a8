"""The tour: offered once, over the real controls, by keyboard, whatever happens meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication

from dpm_gui.app import WORKSPACES
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.dialogs.guide.tour import Tour
from dpm_gui.window.guide import WINDOW_STEPS
from tests.support.person import Person, Start, click, drag, press, wait_until


def begin(person: Person) -> Tour:
    person.window.actions_["take_tour"].trigger()
    tour = person.program.guide.tour
    assert tour is not None
    return tour


def place_of(person: Person, tour: Tour) -> QRect:
    """Return where the control of the current step is in the window."""
    control = tour.stop.find()
    assert control is not None
    return QRect(control.mapTo(person.window, QPoint()), control.size())


def shares_most(hole: QRect, control: QRect) -> bool:
    """Return whether the hole has all of the control's height and most of its width; a small screen cuts the rest."""
    return hole.height() >= 0.7 * control.height() and (hole & control).width() >= 0.7 * control.width()


def card_is_beside(tour: Tour) -> bool:
    inside = tour.rect().contains(tour.card.geometry())
    return inside and (tour.hole.height() > 300 or not tour.card.geometry().intersects(tour.hole))


def test_it_has_nine_steps_of_one_sentence_each() -> None:
    steps = [*WINDOW_STEPS, *(step for workspace in WORKSPACES for step in workspace.tour)]
    assert len(steps) == 9
    assert all(step.text.endswith(".") and step.text.count(". ") == 0 for step in steps)


@pytest.mark.parametrize("file", ["rings", "shipped"])
def test_every_step_finds_its_control(start: Start, rings: Path, file: str) -> None:
    person = start(rings if file == "rings" else None, count=6)
    person.wait_for_run()
    tour, titles = begin(person), []
    while person.program.guide.tour is not None:
        titles.append(tour.stop.title)
        assert shares_most(tour.hole, place_of(person, tour)), tour.stop.title
        assert card_is_beside(tour), tour.stop.title
        assert QApplication.focusWidget() is tour.card.next
        press("Return")
    assert len(titles) == 9
    assert person.window.workspaces.current == "watch"


def test_keys_lead_on_and_back_and_out_of_it_and_do_nothing_else(person: Person) -> None:
    person.pause()
    t = person.t
    tour = begin(person)
    press("Right", "Right", "Left")
    assert tour.number == 1
    press("Tab", "Space")  # Skip comes after Next
    assert person.program.guide.tour is None
    tour = begin(person)
    press("1", "F", "Home", "Esc")
    assert person.program.guide.tour is None
    assert person.t == t
    press("Right")  # the window has its keys again
    assert person.t == t + 1


def test_escape_ends_the_tour_and_not_the_run(start: Start) -> None:
    person = start(count=50_000)
    wait_until(lambda: person.program.session.running)
    begin(person)
    press("Esc")
    wait_until(lambda: person.program.guide.tour is None)
    assert person.program.session.running


def test_what_is_in_the_hole_can_be_used_with_the_mouse(person: Person) -> None:
    person.pause()
    tour = begin(person)
    while tour.stop.title != "Timeline":
        press("Right")
    slider = person.watch.timeline.slider
    drag(slider, slider.rect().center(), slider.rect().center() + QPoint(200, 0))
    assert person.t > 20
    press("Space")  # the keyboard stays where the mouse has been
    assert person.player.playing
    click(tour.card.next)
    assert tour.stop.title == "Layers"
    assert QApplication.focusWidget() is tour.card.next


def test_escape_ends_it_from_a_field_in_the_hole(person: Person) -> None:
    begin(person)
    press("Right")
    click(person.window.run_panel._seed)
    assert person.window.run_panel.isAncestorOf(QApplication.focusWidget())
    press("Esc")
    wait_until(lambda: person.program.guide.tour is None)


def test_the_hole_follows_its_control(person: Person) -> None:
    tour = begin(person)
    while tour.stop.title != "Entropy bounds":
        press("Right")
    before = tour.hole
    person.window.resize(1000, 700)
    wait_until(lambda: tour.hole != before and tour.hole.contains(place_of(person, tour)))
    assert card_is_beside(tour)
    dock = next(d for d in person.window.workspaces.docks["watch"] if d.objectName() == "entropies")
    dock.hide()
    wait_until(lambda: tour.hole.isEmpty() and "Reset layout" in tour.card.text.text())
    assert tour.rect().contains(tour.card.geometry())
    dock.toggleViewAction().trigger()
    wait_until(lambda: not tour.hole.isEmpty() and "Reset layout" not in tour.card.text.text())


def test_it_goes_on_under_another_workspace_and_another_checkpoint(person: Person, rings: Path) -> None:
    tour = begin(person)
    press("Right", "Right", "Right", "Ctrl+2")
    assert person.window.workspaces.current == "paint"
    wait_until(lambda: "Reset layout" in tour.card.text.text())
    assert tour.hole.isEmpty()
    press("Left")
    assert person.window.workspaces.current == "watch"
    first = tour.stop.find()
    person.program.open(str(rings))
    wait_until(lambda: tour.stop.find() is not first)
    wait_until(lambda: tour.hole.contains(place_of(person, tour)))
    press("Right", "Esc")
    assert person.program.guide.tour is None


def test_closing_the_window_ends_it(person: Person) -> None:
    tour = begin(person)
    while tour.stop.title != "Paint":
        press("Right")
    person.window.close()
    assert person.program.guide.tour is None
    assert person.window.workspaces.current == "paint"


def test_it_is_offered_once(start: Start) -> None:
    person = start()
    offer = person.program.guide.offer
    assert offer.isVisible()
    click(offer.dismiss)
    assert person.program.guide.offer is None
    assert person.program.preferences.tour_offered
    person.window.close()
    assert start().program.guide.offer is None


def test_the_offer_leads_into_the_tour(start: Start) -> None:
    person = start()
    click(person.program.guide.offer.take)
    assert person.program.guide.offer is None
    assert person.program.guide.tour.number == 0
    press("Esc")


def test_the_control_in_the_hole_is_not_dimmed(person: Person) -> None:
    person.pause()
    tour = begin(person)
    while tour.stop.title != "Forward: q destroys":
        press("Right")
    corner = person.window.mapToGlobal(tour.hole.topLeft() + QPoint(12, 60))
    screen = person.window.screen()
    wait_until(lambda: screen.grabWindow(0).toImage().pixelColor(corner).name() == LIGHT.surface.lower())
