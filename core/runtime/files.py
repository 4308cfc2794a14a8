"""What happens whole or not at all: files that are written, and blocks that Ctrl+C does not cut."""

from __future__ import annotations

import errno
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from core.errors import BadInputError, DpmError, OutputError

REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file is larger than this disk allows",
    errno.EROFS: "this disk can only be read",
    errno.EACCES: "no permission to write here",
    errno.EPERM: "no permission to write here",
    errno.ENOENT: "the folder is gone",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EIO: "the disk reports an error",
}


def check_output_path(path: str | os.PathLike[str], suffix: str = "", option: str = "") -> Path:
    """Return the file that writing to ``path`` would replace, symbolic links followed; nothing is touched.

    For commands that compute for long before they write: what is wrong with the path is said first.

    Args:
        path: Where to write.
        suffix: What the name must end in, if that matters; lower case.
        option: The command's option that ``path`` was given with, for that message.

    Raises:
        BadInputError: If it has another suffix.
        OutputError: If the path is empty, a folder, not an ordinary file, in a missing folder or may not be written;
            the message begins with ``path``.
    """
    text = os.fspath(path)
    if suffix and Path(text).suffix.lower() != suffix:
        wrong = f"{option}: {text} does not end in {suffix}" if option else f"{text}: the name must end in {suffix}"
        raise BadInputError(wrong)
    if not text or "\0" in text:
        raise OutputError(f"{text!r}: this is no name for a file")
    try:
        target = Path(os.path.realpath(text))
        mode = _mode(target)
        if text.endswith(("/", os.sep)) or (mode is not None and stat.S_ISDIR(mode)):
            raise OutputError(f"{text}: this is a folder; give the name of a file in it")
        if mode is not None and not stat.S_ISREG(mode):
            raise OutputError(f"{text}: this is not an ordinary file and is not replaced")
        folder_mode = _mode(target.parent)
    except OSError as error:
        raise OutputError(f"{text}: {_reason(error)}") from error
    if folder_mode is None:
        raise OutputError(f"{text}: there is no folder {target.parent}; make it first or choose another")
    if not stat.S_ISDIR(folder_mode):
        raise OutputError(f"{text}: {target.parent} is a file, not a folder")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise OutputError(f"{text}: no permission to write in the folder {target.parent}")
    if mode is not None and not os.access(target, os.W_OK):
        raise OutputError(f"{text}: this file is write-protected")
    return target


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path to write to; at the end of the block it is flushed to disk and takes the place of ``path``.

    The temporary file lies in the folder of ``path``, is empty at first and has the same suffix. If the block raises
    anything, it is removed and ``path`` is as it was. Every file that the block opens on it must be closed by its end.
    A file that is replaced hands on its permissions.

    Raises:
        OutputError: If ``path`` cannot be written (see `check_output_path`), or an ``OSError`` about no other file ends
            the block: a full disk, mostly. The message begins with ``path``.
    """
    target = check_output_path(path)
    temporary = target.with_name(f".{os.urandom(6).hex()}{target.suffix}")
    try:
        # Not tempfile's, whose files are private: a new file gets the permissions that the user's umask asks for.
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        yield temporary
        mode = _mode(target)
        if mode is not None:
            temporary.chmod(stat.S_IMODE(mode))
        _flush(temporary)
        temporary.replace(target)
    except OSError as error:
        if error.filename is not None and str(error.filename) not in {str(temporary), str(target)}:
            raise
        raise OutputError(f"{os.fspath(path)}: {_reason(error)}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()
    _flush_folder(target.parent)


def _mode(path: Path) -> int | None:
    """Return the mode bits of what is at ``path``, or None if nothing is."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _reason(error: OSError) -> str:
    known = REASONS.get(error.errno) if error.errno is not None else None
    return f"cannot be written: {known or error.strerror or str(error) or type(error).__name__}"


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where the system can; the file is complete in any case."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back Ctrl+C until the block is left: what is in it happens whole or not at all.

    Only the main thread is ever interrupted; in any other there is nothing to hold back.
    """
    outer = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or outer is None:
        yield
        return
    asked: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        asked.append(number)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, outer)
        if asked:
            signal.raise_signal(signal.SIGINT)


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
    except (OSError, ValueError) as error:
        raise refusal(reading_problem(error)) from error
    if not found:
        raise refusal("this file is empty")
    return found


def reading_problem(error: OSError | ValueError) -> str:
    """Return why a file could not be read, as part of a sentence."""
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "no permission to read this file"
    return f"this file cannot be read: {getattr(error, 'strerror', None) or error}"
