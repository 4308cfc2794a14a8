"""Nothing moves or changes its size on the screen but what a person moves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.errors import BadInputError
from dpm_gui.engine import runs
from tests.support.geometry import watched_geometry
from tests.support.painting import paint_of, rub, settle
from tests.support.person import Person, Start, close_error, let_pass, press, wait_until


def failing(*_: object, **__: object) -> Iterator[object]:
    raise BadInputError("count: there is no room")
    yield


def test_nothing_moves_in_watch_while_runs_begin_end_are_stopped_and_fail(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched_geometry(person.window) as changes:
        press("F5")
        person.wait_for_run()
        for _ in range(3):
            press("Ctrl+R")
            let_pass(0.05)
            press("Esc")
        person.wait_for_run()
        press("Ctrl+M")
        let_pass(0.05)
        press("Esc")
        monkeypatch.setattr(runs, "run", failing)
        press("F5")
        close_error()
        let_pass(0.05)
    assert changes == []


def test_nothing_moves_in_watch_while_k_is_measured(person: Person) -> None:
    with watched_geometry(person.window) as changes:
        press("Ctrl+M")
        wait_until(lambda: not person.session.idle)
        wait_until(lambda: person.session.idle)
    assert changes == []


def test_nothing_moves_in_paint_while_an_image_is_inpainted_stopped_and_fails(
    painter: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_pass(0.1)
    paint = paint_of(painter)
    with watched_geometry(painter.window) as changes:
        rub(painter, (2, 2), (6, 6))
        settle(painter)
        press("Ctrl+Return")
        wait_until(lambda: paint.running)
        press("Esc")
        let_pass(0.1)
        press("Ctrl+Return")
        settle(painter)
        press("I", "Del", "M", "M", "B", "E", "R")
        let_pass(0.1)
    assert changes == []


def test_nothing_moves_while_the_program_starts(start: Start) -> None:
    person = start()
    wait_until(lambda: person.window._painted)
    with watched_geometry(person.window) as changes:
        person.wait_for_run()
    assert changes == []


def test_nothing_moves_while_images_are_opened_at_the_start(start: Start, rings: object) -> None:
    person = start(rings, count=6)
    wait_until(lambda: person.window._painted)
    with watched_geometry(person.window) as changes:
        person.wait_for_run()
    assert changes == []
