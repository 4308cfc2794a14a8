"""Whether there is a display is known before Qt is asked, which would end the program."""

from __future__ import annotations

import ctypes.util
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import BadInputError
from dpm_gui.desktop import display
from dpm_gui.desktop.display import ADVICE, display_platform

NOWHERE = ":4711"


@pytest.fixture(autouse=True)
def bare_linux(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Linux without any display."""
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


class Compositor:
    """Something that listens at the socket of a Wayland display; it answers the first request, or keeps silent."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self._answer = answer
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        try:
            while True:
                connection, _ = self._server.accept()
                with connection:
                    self.request = connection.recv(64)
                    connection.sendall(self._answer)
        except OSError:
            return

    def end(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()


@pytest.fixture
def wayland(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Compositor]:
    """A Wayland display that answers."""
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-1")
    compositor = Compositor(tmp_path / "wayland-1", b"done")
    yield compositor
    compositor.end()


def reason(platform: str) -> str:
    """Return why no window can be opened, without the advice."""
    with pytest.raises(BadInputError) as refused:
        display_platform(platform)
    text = str(refused.value)
    assert "\n" not in text
    assert text.endswith(f"; {ADVICE}")
    return text.removesuffix(f"; {ADVICE}")


@pytest.mark.parametrize("platform", ["", "xcb", "wayland", "wayland;xcb", "xcb:some=thing"])
def test_without_a_display_the_reason_and_the_way_out_are_one_line(platform: str) -> None:
    assert reason(platform) == "there is no display (DISPLAY and WAYLAND_DISPLAY are not set)"


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:port=5900", "offscreen:x=1", "eglfs"])
def test_a_platform_that_needs_no_display_misses_none(platform: str) -> None:
    assert display_platform(platform) == platform


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_always_have_one(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert display_platform("") == ""


# ----------------------------------------------------------------------------------------------------------- Wayland
@pytest.mark.parametrize("platform", ["", "wayland"])
def test_wayland_is_a_display(wayland: Compositor, platform: str) -> None:
    assert display_platform(platform) == platform
    assert len(wayland.request) == 12


def test_a_wayland_display_may_be_a_path(wayland: Compositor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", str(tmp_path / "wayland-1"))
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert display_platform("") == ""


@pytest.mark.parametrize("platform", ["", "wayland", "wayland;xcb"])
def test_a_wayland_display_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-9")
    assert reason(platform) == "the Wayland display wayland-9 does not answer"


def test_a_wayland_session_without_a_display_is_one_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    assert reason("") == "the Wayland display wayland-0 does not answer"


def test_a_compositor_that_keeps_silent_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "SECONDS", 0.2)
    monkeypatch.setenv("WAYLAND_DISPLAY", "silent")
    compositor = Compositor(tmp_path / "silent", b"")
    assert reason("") == "the Wayland display silent does not answer"
    compositor.end()


def test_a_connection_that_is_handed_over_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-9")
    monkeypatch.setenv("WAYLAND_SOCKET", "7")
    assert display_platform("") == ""


def test_who_asks_for_x_alone_is_not_helped_by_wayland(wayland: Compositor) -> None:
    assert reason("xcb").startswith("there is no display")


# -------------------------------------------------------------------------------------------------------------- X
def asks(monkeypatch: pytest.MonkeyPatch, *, answers: bool) -> None:
    monkeypatch.setenv("DISPLAY", NOWHERE)
    monkeypatch.setattr(display, "_accepts_connections", lambda _display: answers)


def test_where_wayland_is_broken_x_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-9")
    asks(monkeypatch, answers=True)
    assert display_platform("") == "xcb"
    assert display_platform("wayland;xcb:some=thing") == "xcb:some=thing"


def test_where_x_is_broken_wayland_is_used(wayland: Compositor, monkeypatch: pytest.MonkeyPatch) -> None:
    asks(monkeypatch, answers=False)
    assert display_platform("") == "wayland"


def test_where_both_are_broken_both_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-9")
    asks(monkeypatch, answers=False)
    assert reason("") == f"the Wayland display wayland-9 does not answer; the display {NOWHERE} does not answer"


def test_a_display_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    if ctypes.util.find_library("xcb") is None:
        pytest.skip("there is no libxcb here to ask with")
    monkeypatch.setenv("DISPLAY", NOWHERE)
    assert reason("") == f"the display {NOWHERE} does not answer"


def test_without_the_library_to_ask_with_the_display_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", NOWHERE)
    monkeypatch.setattr(ctypes.util, "find_library", lambda _name: None)
    assert display_platform("") == ""
