"""What the commands `dpm` and `dpm-gui` share: complaints of one line, and the status they end with."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import NoReturn

from core.errors import DpmError

BAD_INPUT = 2
INTERRUPTED = 130


class OneLineParser(argparse.ArgumentParser):
    """A parser whose complaints are one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        """Exit 2 with ``message`` on stderr."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}\n")


def exit_status(command: str, run: Callable[[], int]) -> int:
    """Return the status that ``run()`` returns, or that of what ended it, which is said in one line on stderr.

    Args:
        command: Name of the command, which the line begins with.
        run: Does what the command is for.

    Returns:
        2 after an error that a person can be told, 130 after Ctrl+C.
    """
    try:
        return run()
    except DpmError as error:
        sys.stderr.write(f"{command}: {error}\n")
        return BAD_INPUT
    except KeyboardInterrupt:
        sys.stderr.write(f"{command}: interrupted\n")
        return INTERRUPTED
