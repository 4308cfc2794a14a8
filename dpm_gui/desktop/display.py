"""Checks for a display before Qt starts, since Qt aborts the program without one."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import socket
import struct
import sys
from pathlib import Path

from core.errors import BadInputError

ADVICE = "use --screenshot OUT.png or --render OUT.gif, which need none"
X, WAYLAND = "xcb", "wayland"
"""Qt's names of the platforms that have a display."""
DEFAULT_WAYLAND_DISPLAY = "wayland-0"
SECONDS = 3.0
"""Time that a Wayland compositor has to answer."""
SYNC_REQUEST = struct.pack("=III", 1, 12 << 16, 2)
"""Wayland's request "sync": the object wl_display (1), the length and the number of the request, and a new object."""


def display_platform(platform: str) -> str:
    """Return the value of ``QT_QPA_PLATFORM`` with which a window can be opened, empty for Qt's own choice.

    It differs from ``platform`` if a display that Qt would try does not answer, since Qt would complain of it.

    Args:
        platform: The present value of ``QT_QPA_PLATFORM``; empty for Qt's own choice.

    Raises:
        BadInputError: If there is no display, or none that answers; the message is one line.
    """
    asked = platform.split(";") if platform else _default_platforms()  # Qt tries one after the other
    names = [name.split(":")[0] for name in asked]
    if not sys.platform.startswith("linux") or not set(names) <= {X, WAYLAND}:
        return platform
    problems = {name: _problem(name) for name in names}
    working = [full_name for full_name, name in zip(asked, names, strict=True) if problems[name] is None]
    if len(working) == len(asked) and working:
        return platform
    if working:
        return ";".join(working)
    reasons = [reason for reason in problems.values() if reason] or [
        "there is no display (DISPLAY and WAYLAND_DISPLAY are not set)"
    ]
    raise BadInputError(f"{'; '.join(reasons)}; {ADVICE}")


def _default_platforms() -> list[str]:
    """Return the platforms that Qt tries by itself, the preferred one first."""
    wayland = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("XDG_SESSION_TYPE") == "wayland"
    return ([WAYLAND] if wayland else []) + ([X] if os.environ.get("DISPLAY") else [])


def _problem(name: str) -> str | None:
    """Return why the display of the platform ``name`` cannot be used, empty if it is not set; None if it can."""
    if name == WAYLAND:
        display = os.environ.get("WAYLAND_DISPLAY") or DEFAULT_WAYLAND_DISPLAY
        if os.environ.get("WAYLAND_SOCKET") or _wayland_answers(display):
            return None
        is_set = "WAYLAND_DISPLAY" in os.environ or "XDG_SESSION_TYPE" in os.environ
        return f"the Wayland display {display} does not answer" if is_set else ""
    display = os.environ.get("DISPLAY") or ""
    if not display:
        return ""
    return None if _accepts_connections(display) else f"the display {display} does not answer"


def _wayland_answers(display: str) -> bool:
    """Return whether a compositor answers at the socket of ``display``, a name or an absolute path."""
    path = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nowhere", display)
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(str(path))
            connection.sendall(SYNC_REQUEST)
            return bool(connection.recv(1))
    except (OSError, ValueError):
        return False


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
