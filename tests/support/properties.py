"""Tests over many inputs that hypothesis makes: always the same ones, and no example is judged by a busy machine."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from core.errors import DpmError

FACTOR = int(os.environ.get("EXAMPLES", "1"))
"""``EXAMPLES=10`` tries ten times as many inputs as usual."""
SECONDS = 5.0
"""Of the processor, for one file of a few kilobytes."""


def examples(count: int) -> settings:
    """Return settings for a test over ``count`` inputs, the same ones in every run."""
    quiet = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large)
    return settings(
        max_examples=count * FACTOR,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=quiet,
    )


def outcome(read: Callable[[Path], Any], path: Path, content: bytes) -> Any:
    """Return what ``read`` makes of a file with ``content``, or the one error that it refuses it with.

    Anything else that it raises, and a warning, makes the test fail; so does one that takes longer than `SECONDS`.
    """
    path.write_bytes(content)
    began = time.process_time()
    try:
        found = read(path)
    except DpmError as error:
        found = error
    assert time.process_time() - began < SECONDS
    if isinstance(found, DpmError):
        assert str(found).startswith(str(path)), found
        assert len(str(found).splitlines()) == 1, found
    return found


@st.composite
def damaged(draw: st.DrawFn, sound: bytes) -> bytes:
    """Make ``sound`` content wrong in one to four places: bytes changed, cut out, doubled, or cut off."""
    content = bytearray(sound)
    for _ in range(draw(st.integers(1, 4))):
        place, length = draw(st.integers(0, len(content))), draw(st.integers(1, 16))
        change = draw(st.sampled_from(("set", "cut out", "double", "cut off")))
        if change == "set":
            content[place : place + length] = draw(st.binary(min_size=1, max_size=length))
        elif change == "cut out":
            del content[place : place + length]
        elif change == "double":
            content[place:place] = content[place : place + length]
        else:
            del content[place:]
    return bytes(content)


def npy(header: str, data: bytes, version: tuple[int, int] = (1, 0)) -> bytes:
    """Return an npy file with any header."""
    text = header.encode("latin-1", "replace") + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version == (1, 0) else "<I", len(text)) + text + data
