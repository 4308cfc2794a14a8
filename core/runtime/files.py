"""Operations that are done completely or not at all: writing files, and blocks that Ctrl+C does not interrupt."""

from __future__ import annotations

import errno
import os
import shutil
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
    errno.EROFS: "this disk is read-only",
    errno.EACCES: "no permission to write here",
    errno.EPERM: "no permission to write here",
    errno.ENOENT: "the folder is gone",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EIO: "the disk reports an error",
}


def check_output_path(path: str | os.PathLike[str], suffix: str = "", option: str = "") -> Path:
    """Check that ``path`` can be written, and return the file it names, symbolic links followed; nothing is changed.

    Commands that compute for long call this first, so that a wrong path is reported before the computation.

    Args:
        path: The file to write.
        suffix: The suffix that the name must have, lower case; empty if any will do.
        option: The command's option that ``path`` was given with, for the message about the suffix.

    Raises:
        BadInputError: If it has another suffix.
        OutputError: If the path is empty, is a folder or another file that is not ordinary, lies in a missing folder or
            must not be written; the message begins with ``path``.
    """
    text = os.fspath(path)
    if suffix and Path(text).suffix.lower() != suffix:
        wrong = f"{option}: {text} does not end in {suffix}" if option else f"{text}: the name must end in {suffix}"
        raise BadInputError(wrong)
    if not text or "\0" in text:
        raise OutputError(f"{text!r}: this is not a file name")
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
    """Yield a temporary path to write to; when the block ends, it is flushed to disk and replaces ``path``.

    The temporary file lies in the folder of ``path``, is empty at first and has the same suffix. If the block raises
    anything, the temporary file is removed and ``path`` stays as it was. The block must close every file that it opens
    on the temporary path. A file that is replaced passes its permissions to the new one.

    Raises:
        OutputError: If ``path`` cannot be written (see `check_output_path`), or if the block ends with an ``OSError``
            that concerns no other file, such as a full disk. The message begins with ``path``.
    """
    target = check_output_path(path)
    temporary = target.with_name(f".{os.urandom(6).hex()}{target.suffix}")
    try:
        # tempfile makes private files; this one gets the permissions of the user's umask.
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


def check_output_folder(path: str | os.PathLike[str]) -> Path:
    """Check that a folder of new files can be written at ``path``, and return it, symbolic links followed.

    Raises:
        OutputError: If it holds files already, is no folder, lies in a missing folder or must not be written.
    """
    text = os.fspath(path)
    try:
        target = Path(os.path.realpath(text))
        mode = _mode(target)
        if mode is None:
            return check_output_path(text.rstrip("/" + os.sep))
        if not stat.S_ISDIR(mode):
            raise OutputError(f"{text}: this is a file, not a folder")
        if any(target.iterdir()):
            raise OutputError(f"{text}: this folder is not empty, and nothing in it is replaced; give a new one")
    except OSError as error:
        raise OutputError(f"{text}: {_reason(error)}") from error
    if not os.access(target, os.W_OK | os.X_OK):
        raise OutputError(f"{text}: no permission to write in this folder")
    return target


@contextmanager
def atomic_folder(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary folder for files; when the block ends, they are in the folder ``path``, made if necessary.

    If the block raises anything, the temporary folder is removed and ``path`` stays as it was, missing or empty.

    Raises:
        OutputError: If ``path`` cannot be written (see `check_output_folder`), or if the block ends with an ``OSError``
            that concerns no other file, such as a full disk.
    """
    target = check_output_folder(path)
    is_new = not target.exists()
    temporary = (target.parent if is_new else target) / f".{os.urandom(6).hex()}"
    try:
        temporary.mkdir()
        yield temporary
        with uninterrupted():
            if is_new:
                temporary.rename(target)
            else:  # not replaced by the new folder: it may be the current one of a shell
                for file in sorted(temporary.iterdir()):
                    file.rename(target / file.name)
    except OSError as error:
        if error.filename is not None and temporary.name not in str(error.filename):
            raise
        raise OutputError(f"{os.fspath(path)}: {_reason(error)}") from error
    finally:
        with uninterrupted():
            shutil.rmtree(temporary, ignore_errors=True)
    _flush_folder(target)


def _mode(path: Path) -> int | None:
    """Return the mode bits of the file or folder at ``path``, or None if there is none."""
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
    """Make the renaming itself survive a power cut, where the system can; the file is complete in any case."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay Ctrl+C until the block has ended, so that the block is never interrupted.

    Python interrupts the main thread alone; in other threads this does nothing.
    """
    outer = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or outer is None:
        yield
        return
    received: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        received.append(number)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, outer)
        if received:
            signal.raise_signal(signal.SIGINT)


def first_bytes(path: str | os.PathLike[str], most: int, refusal: Callable[[str], DpmError]) -> bytes:
    """Return the first bytes of the ordinary file at ``path``, at most ``most`` of them.

    Only ordinary files are opened, since reading a pipe may block for ever and a device may have no end.

    Args:
        path: The file.
        most: The largest number of bytes to return.
        refusal: Makes the error from its reason.

    Raises:
        DpmError: The error that ``refusal`` makes, if the file is missing, not ordinary, empty or cannot be read.
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
