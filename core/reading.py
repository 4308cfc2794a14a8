"""The bytes of a user's file, with one sentence where there are none to be had."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from core.errors import DpmError


def first_bytes(path: str | os.PathLike[str], most: int, refusal: Callable[[str], DpmError]) -> bytes:
    """Return the first bytes of the ordinary file at ``path``: all of them, or the first ``most``.

    Nothing else is opened: a pipe would wait for ever, and a device has no end.

    Args:
        path: The file.
        most: The most bytes that are wanted.
        refusal: Makes the error from its reason.

    Raises:
        DpmError: ``refusal``'s, if it is missing, no ordinary file, empty, or cannot be read.
    """
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise refusal("this is a folder; give a file in it")
        if not stat.S_ISREG(mode):
            raise refusal("this is not an ordinary file")
        with Path(path).open("rb") as file:
            found = file.read(most)
    except FileNotFoundError as error:
        raise refusal("there is no such file") from error
    except PermissionError as error:
        raise refusal("no permission to read this file") from error
    except (OSError, ValueError) as error:
        raise refusal(f"this file cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not found:
        raise refusal("this file is empty")
    return found
