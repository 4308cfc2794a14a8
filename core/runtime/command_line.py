"""What the commands `dpm` and `dpm-gui` share: complaints of one line, and the status they end with."""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import NoReturn, TextIO

from core.errors import DpmError, OutputError, one_line

BAD_INPUT = 2
INTERRUPTED = 130
READER_GONE = 1


class OneLineParser(argparse.ArgumentParser):
    """A parser whose complaints are one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        """Exit 2 with ``message`` on stderr."""
        complain(self.prog, message)
        sys.exit(BAD_INPUT)


class _ReaderGoneError(OutputError):
    """The program that read the standard output has ended."""


class StandardOutput(io.TextIOBase):
    """Standard output, whose errors are sentences: a full disk, a closed pipe, no output at all.

    Args:
        stream: The stream to write to; None if the program was started without a standard output.
    """

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for file names that cannot be encoded

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        if self._stream is None:
            raise io.UnsupportedOperation("there is no standard output")
        return self._stream.fileno()

    def close(self) -> None:
        """Leave the stream open, which belongs to the program that started this one."""

    def write(self, text: str) -> int:
        """Write ``text``.

        Raises:
            OutputError: If it cannot be written.
        """
        if self._stream is None:
            raise OutputError("standard output: it is closed; redirect it to a file, or to /dev/null")
        with self._errors_as_sentences():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is still buffered; errors as in `write`."""
        if self._stream is not None:
            with self._errors_as_sentences():
                self._stream.flush()

    @contextmanager
    def _errors_as_sentences(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError as error:
            self._drop_buffered()
            raise _ReaderGoneError("standard output: its reader has ended before all was written") from error
        except OSError as error:
            self._drop_buffered()
            raise OutputError(f"standard output: it cannot be written: {error.strerror or error}") from error

    def _drop_buffered(self) -> None:
        """Send what is buffered to nowhere; Python would try again when it ends, and complain in its own words."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            try:
                os.dup2(nowhere, self.fileno())
            finally:
                os.close(nowhere)


def one_of_many_paths(text: str) -> str:
    """Return ``text``, one of several paths on the command line, for argparse; an empty one is an error there.

    An empty path is most often a variable of a script that was never set. It would mean the current folder.
    """
    if not text:
        raise argparse.ArgumentTypeError("the path is empty; give the name of a file or a folder")
    return text


def path_argument(text: str) -> str:
    """Return ``text``, a path on the command line, for argparse; one that is empty or too long is an error there.

    Of a name that is too long, or lies in a folder that may not be searched, no system says whether there is such a
    file.
    """
    one_of_many_paths(text)
    try:
        os.stat(text)  # noqa: PTH116 - the path as it was given
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.EACCES):
            raise argparse.ArgumentTypeError(f"{one_line(text)}: {error.strerror}") from error
    return text


def on_terminal() -> bool:
    """Return whether stderr is a terminal, where progress is shown."""
    return sys.stderr is not None and sys.stderr.isatty()


def complain(command: str, message: object) -> None:
    """Write one line on stderr that begins with the name of the ``command``, if there is anything to write to."""
    with suppress(OSError, AttributeError):  # stderr is None if the program was started without one
        sys.stderr.write(f"{command}: {message}\n")


def exit_status(command: str, run: Callable[[], int]) -> int:
    """Return the status that ``run()`` returns, or that of what ended it, which is said in one line on stderr.

    Args:
        command: Name of the command, which the line begins with.
        run: Does what the command is for, reading its arguments included.

    Returns:
        2 after an error that a person can be told, 130 after Ctrl+C, 1 if the reader of the output has ended.
    """
    output = StandardOutput(sys.stdout)
    try:
        with redirect_stdout(output):
            try:
                return run()
            finally:
                output.flush()
    except _ReaderGoneError as error:
        complain(command, error)
        return READER_GONE
    except DpmError as error:
        complain(command, error)
        return BAD_INPUT
    except KeyboardInterrupt:
        complain(command, "interrupted")
        return INTERRUPTED
