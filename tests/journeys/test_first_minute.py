"""The first minute: what opens by itself, what it shows, and that the keyboard goes where one looks."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget

from core.runtime.assets import asset
from core.values.measurements import Bound
from dpm_gui.engine.values import FORWARD, REVERSE
from dpm_gui.views.figures.step_plot import StepCursor
from dpm_gui.views.widgets.arrow_group import group_of
from dpm_gui.views.widgets.popover import Popover
from tests.support.person import Person, Start, child, let_pass, press, wait_until

MINUS = "\N{MINUS SIGN}"


def image(person: Person) -> QImage:
    """Return both canvases and the timeline as they are on the screen at t = 3."""
    person.window.resize(960, 720)
    person.stand_on(3)
    let_pass(0.05)
    return person.watch.grab().toImage()


def walk_to(widget: QWidget) -> None:
    """Press Tab until ``widget`` has the focus."""
    for _ in range(50):
        if QApplication.focusWidget() is widget:
            return
        press("Tab")
    raise AssertionError(f"{widget.accessibleName()} is not reached")


def test_the_window_opens_shows_the_shipped_recording_samples_and_begins_to_play(start: Start) -> None:
    person = start()
    seen: list[tuple[int, bool]] = []

    def note_state(side: str) -> None:
        shown = person.session.recording(side).shown(person.t)
        seen.append((len(shown.frame.x), shown.preview))

    assert person.views[FORWARD].message == "Opening the checkpoint…"
    person.session.frames_added.connect(note_state)
    person.wait_for_run()
    assert seen[:2] == [(person.session.spec.count, True)] * 2  # both sides, before any frame has been computed
    assert not any(person.session.recording(side).has_preview for side in (FORWARD, REVERSE))
    assert person.window.windowTitle() == "Swiss roll · Gaussian, T = 40 – dpm-gui"
    assert person.player.playing
    assert [person.views[side].message for side in (FORWARD, REVERSE)] == [None, None]
    steps: set[int] = set()
    wait_until(lambda: steps.add(person.t) or len(steps) > 5)  # it moves, and nobody has touched a key
    assert person.window.activity.text == "Ready"


def test_both_canvases_show_the_frames_of_the_run(person: Person) -> None:
    for t in (0, 17, 40):
        person.stand_on(t)
        for side in (FORWARD, REVERSE):
            shown = np.column_stack(list(person.views[side].table().columns.values()))
            assert np.array_equal(shown, person.recording(side).frame(t).x)
            assert person.views[side].header.note == f"t = {t}"
    assert person.t == 40


def test_the_entropy_plot_is_filled_and_its_cursor_follows_the_timeline(person: Person) -> None:
    table = person.entropies.table()
    opened = person.session.opened
    assert np.array_equal(table.columns["upper (bits per dimension)"], opened.entropies.upper)
    assert np.array_equal(table.columns["lower (bits per dimension)"], opened.entropies.lower)
    (cursor,) = [item for item in person.entropies.scene().items() if isinstance(item, StepCursor)]
    person.stand_on(17)
    assert cursor.at == 17
    assert person.entropies.header.readout.startswith("t = 17 · upper ")
    press("Home")
    assert cursor.at is None
    assert "no step" in person.entropies.header.readout


def test_the_panel_shows_k_of_the_checkpoint_and_measures_it_anew(person: Person) -> None:
    names = ("K", "Null model", "Gain over null", "True value")
    shown = {name: child(person.window, QLabel, f"{name}, bits") for name in names}

    def reads(bound: Bound) -> None:
        assert shown["K"].text() == f"<b>{bound.k:.3f}</b> ± {bound.standard_error:.3f}".replace("-", MINUS)
        assert shown["Null model"].text() == f"{bound.null:.3f}".replace("-", MINUS)
        assert shown["Gain over null"].text() == f"{bound.gain:.3f}".replace("-", MINUS)
        assert shown["True value"].text().startswith(f"{bound.truth:.3f}".replace("-", MINUS))

    shipped = person.session.opened.checkpoint.bound
    reads(shipped)
    done: list[str] = []
    person.session.activity_changed.connect(lambda activity: done.append(activity.text if activity else "nothing"))
    press("Ctrl+M")
    wait_until(lambda: person.session.bound is not shipped)
    assert done[0] == "Measuring K"
    assert person.session.bound.count == 300
    reads(person.session.bound)


def test_space_pauses_and_plays(person: Person) -> None:
    press("Space")
    assert not person.player.playing
    t, image = person.t, person.watch.grab().toImage()
    let_pass(0.3)
    assert person.t == t
    assert person.watch.grab().toImage() == image
    press("Space")
    assert person.player.playing
    wait_until(lambda: person.t != t)


def test_the_same_seed_gives_the_same_picture_again(start: Start) -> None:
    images = []
    for seed in (3, 3, 4):
        person = start(seed=seed)
        person.wait_for_run()
        images.append(image(person))
        press("Ctrl+Q")
    assert images[0] == images[1]
    assert images[0] != images[2]


def test_space_presses_the_button_that_has_the_focus(person: Person) -> None:
    person.pause()
    button = child(person.window, QToolButton, "What Entropy of each step shows")
    walk_to(button)
    press("Space")
    popover = person.entropies.header.findChild(Popover)
    assert popover.isVisible()
    assert not person.player.playing
    press("Esc")
    assert not popover.isVisible()
    press("Shift+Tab")
    assert QApplication.focusWidget() is not button
    press("Space")
    assert person.player.playing


def test_tab_and_arrows_go_round_all_canvases_fields_and_buttons(person: Person) -> None:
    person.stand_on(3)
    reached: list[Any] = []
    while QApplication.focusWidget() not in reached:
        reached.append(QApplication.focusWidget())
        press("Tab")
    rows = [group_of(widget) for widget in reached]
    reached += [button for row in rows if row is not None for button in row.reached]  # by the arrows
    names = {widget.accessibleName() or widget.text() for widget in reached if not isinstance(widget, QLabel)}
    canvases = {"Forward: q destroys", "Reverse: p restores", "Entropy of each step"}
    fields = {"Number of points", "Seed", "Step t"}
    buttons = {"New seed", "Run again", "Switch light and dark", "Points", "Drift arrows", "Measure K"}
    player = {"Play", "One step on", "One step back", "Go to the data", "Go to the noise", "Direction", "Speed", "Loop"}
    assert canvases | fields | buttons | player <= names
    assert person.t == 3


def test_a_typed_seed_leaves_the_keys_to_the_window_again(person: Person) -> None:
    person.pause()
    person.set_seed(123)
    assert person.session.spec.seed == 123
    assert person.window.actions_["points"].isChecked()  # 1, 2 and 3 are the keys of layers
    assert not person.window.actions_["density"].isChecked()
    press("Space", "2")
    assert person.player.playing
    assert person.window.actions_["density"].isChecked()
    assert person.session.spec.seed == 123


def test_the_shipped_file_is_not_among_the_recent_ones(person: Person) -> None:
    assert person.session.opened.path == str(asset("checkpoints/swiss_roll.h5"))
    assert person.program.preferences.recent_files == ()
