"""Every key of the timeline, in the window itself."""

from __future__ import annotations

from functools import partial
from time import monotonic

from PySide6.QtWidgets import QToolButton

from dpm_gui.engine.values import FORWARD, REVERSE
from tests.support.person import Person, child, let_pass, press, wait_until


def shows_frame(person: Person, t: int) -> bool:
    """Tell whether timeline, player, plot and both canvases stand exactly on ``t``."""
    notes = {person.views[side].header.note for side in (FORWARD, REVERSE)}
    on_slider = person.timeline.slider.value()
    return notes == {f"t = {t}"} and (person.t, person.player.t, on_slider, person.player.position) == (t, t, t, t)


def steps_of(person: Person, count: int) -> list[int]:
    """Return the next ``count`` different steps that are shown while it plays."""
    steps = [person.t]

    def enough() -> bool:
        if person.t != steps[-1]:
            steps.append(person.t)
        return len(steps) > count

    wait_until(enough)
    return steps


def test_arrows_go_by_one_and_by_ten_and_home_and_end_to_the_ends(person: Person) -> None:
    person.pause()
    press("Home")
    assert shows_frame(person, 0)
    for key, t in (
        ("Left", 0),
        ("Right", 1),
        ("Right", 2),
        ("Shift+Right", 12),
        ("Left", 11),
        ("Shift+Left", 1),
        ("Shift+Left", 0),
        ("End", 40),
        ("Right", 40),
        ("Shift+Left", 30),
        ("Shift+Right", 40),
        ("Home", 0),
    ):
        press(key)
        assert shows_frame(person, t), key


def is_away_from(person: Person, t: int) -> bool:
    return abs(person.t - t) >= 2


def test_a_step_pauses_what_plays_and_home_and_end_play_on_from_there(person: Person) -> None:
    for key in ("Left", "Right", "Shift+Left", "Shift+Right"):
        assert person.player.playing
        press(key)
        assert not person.player.playing
        assert shows_frame(person, person.t)
        press("Space")
    for key, t in (("Home", 0), ("End", 40)):
        press(key)
        assert person.t == t
        assert person.player.playing
        wait_until(partial(is_away_from, person, t))


def test_l_plays_to_the_noise_j_back_to_the_data_and_k_pauses(person: Person) -> None:
    press("K")
    assert not person.player.playing
    press("Home", "L")
    steps = steps_of(person, 5)
    assert steps == sorted(steps)
    press("J")
    steps = steps_of(person, 3)
    assert steps == sorted(steps, reverse=True)
    press("K")
    assert shows_frame(person, person.t)
    t = person.t
    let_pass(0.3)
    assert shows_frame(person, t)
    press("K")
    assert not person.player.playing


def test_o_decides_whether_it_begins_anew_at_the_end(person: Person) -> None:
    button = child(person.window, QToolButton, "Loop")
    assert button.isChecked()
    press("O")
    assert not button.isChecked()
    person.stand_on(36)
    press("L")
    wait_until(lambda: not person.player.playing)
    assert shows_frame(person, 40)
    press("L")  # from the other end, since this one is reached
    assert person.player.playing
    assert person.t < 20
    press("K", "O")
    assert button.isChecked()
    person.stand_on(36)
    press("L")
    wait_until(lambda: person.t < 30)
    assert person.player.playing


def test_comma_and_full_stop_change_the_speed_up_to_its_ends(person: Person) -> None:
    button = child(person.window, QToolButton, "Speed")
    assert button.text() == "1×"
    shown = []
    for key in ".....,,,,,,":
        press(key)
        shown.append(button.text())
    assert shown == ["2×", "4×", "4×", "4×", "4×", "2×", "1×", "0.5×", "0.25×", "0.25×", "0.25×"]
    assert person.player.playing
    begin, t = monotonic(), person.t
    let_pass(0.5)
    assert abs(person.t - t) <= 2.5 * (monotonic() - begin) + 1  # a quarter of ten steps a second


def test_a_new_seed_while_it_plays_goes_on_playing(person: Person) -> None:
    press("Ctrl+R")
    assert person.player.playing
    person.wait_for_run()
    assert person.player.playing
    assert len(set(steps_of(person, 4))) > 2
