"""Checks for a display before Qt starts, since Qt aborts the program without one."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys

ADVICE = "use --screenshot OUT.png or --render OUT.gif, which need none"


def missing_display(platform: str) -> str | None:
    """Return why no window can be opened, in one line, or None if one can.

    Args:
        platform: Value of ``QT_QPA_PLATFORM``; empty for Qt's own choice.
    """
    asked = {name.split(":")[0] for name in platform.split(";")}  # Qt tries one after the other
    if not sys.platform.startswith("linux") or not asked <= {"", "xcb", "wayland"}:
        return None
    if os.environ.get("WAYLAND_DISPLAY") and asked != {"xcb"}:
        return None
    display = os.environ.get("DISPLAY")
    if not display:
        return f"there is no display (DISPLAY and WAYLAND_DISPLAY are not set); {ADVICE}"
    return None if _accepts_connections(display) else f"the display {display} does not answer; {ADVICE}"


def _accepts_connections(display: str) -> bool:
    """Return whether the X server at ``display`` accepts connections; Qt aborts the process if it does not."""
    name = ctypes.util.find_library("xcb")
    if name is None:
        return True  # without libxcb, Qt's own error message is the more helpful one
    xcb = ctypes.CDLL(name)
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(display.encode(), None)
    if xcb.xcb_connection_has_error(connection):
        xcb.xcb_disconnect(connection)
        return False
    return True  # left open: an X server resets when its last client disconnects, and refuses Qt meanwhile
