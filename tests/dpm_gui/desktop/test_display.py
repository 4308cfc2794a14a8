"""Whether there is a display is known before Qt is asked, which would end the program."""

from __future__ import annotations

import ctypes.util
import sys

import pytest

from dpm_gui.desktop.display import ADVICE, missing_display

NOWHERE = ":4711"


@pytest.fixture(autouse=True)
def bare_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux without any display."""
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("platform", ["", "xcb", "wayland", "wayland;xcb", "xcb:some=thing"])
def test_without_a_display_the_reason_and_the_way_out_are_one_line(platform: str) -> None:
    reason = missing_display(platform)
    assert reason is not None
    assert reason.startswith("there is no display")
    assert reason.endswith(ADVICE)
    assert "\n" not in reason


@pytest.mark.parametrize("platform", ["offscreen", "minimal", "vnc:port=5900", "offscreen:x=1", "eglfs"])
def test_a_platform_that_needs_no_display_misses_none(platform: str) -> None:
    assert missing_display(platform) is None


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_always_have_one(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(sys, "platform", system)
    assert missing_display("") is None


@pytest.mark.parametrize("platform", ["", "wayland", "wayland;xcb"])
def test_wayland_is_a_display(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert missing_display(platform) is None


def test_who_asks_for_x_alone_is_not_helped_by_wayland(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert missing_display("xcb") is not None


def test_a_display_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    if ctypes.util.find_library("xcb") is None:
        pytest.skip("there is no libxcb here to ask with")
    monkeypatch.setenv("DISPLAY", NOWHERE)
    assert missing_display("") == f"the display {NOWHERE} does not answer; {ADVICE}"


def test_without_the_library_to_ask_with_the_display_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", NOWHERE)
    monkeypatch.setattr(ctypes.util, "find_library", lambda _name: None)
    assert missing_display("") is None
