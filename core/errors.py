"""The errors shown to the user. Every message states what is wrong, where, and what to do."""

from __future__ import annotations

LONGEST_REASON = 400


def one_line(path: object) -> str:
    """Return ``path`` as it was given, on one line."""
    return " ".join(str(path).splitlines())


def printable(text: str) -> str:
    """Return ``text`` with a space for each character that is not printable, such as line ends and control codes."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


class DpmError(Exception):
    """An error whose one sentence suffices for the user; never shown with a traceback."""


class BadInputError(DpmError):
    """An argument, an option or a data set that cannot be used as it is."""


class BadCheckpointError(DpmError):
    """A checkpoint that is refused; the message is one line that begins with its path."""

    def __init__(self, path: object, reason: str) -> None:
        # A name inside the file may contain anything: line breaks, terminal control codes, a hundred thousand letters.
        reason = printable(reason[: LONGEST_REASON + 1])
        self.path = path
        self.reason = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]} …"
        super().__init__(f"{one_line(path)}: {self.reason}")


class OutputError(DpmError):
    """A file that cannot be written."""


class TrainingError(DpmError):
    """Training that cannot go on; what was learned before is kept."""
