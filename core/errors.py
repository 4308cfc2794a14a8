"""The errors that reach a person. Every message says what is wrong, where, and what to do."""

from __future__ import annotations


class DpmError(Exception):
    """Anything that a person can be told in one sentence: never shown with a traceback."""


class BadInputError(DpmError):
    """An argument, an option or a data set that cannot be used as it is."""


class BadCheckpointError(DpmError):
    """A checkpoint that is refused; the message begins with its path."""

    def __init__(self, path: object, reason: str) -> None:
        reason = " ".join(reason.splitlines())  # a name inside the file may hold line breaks
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class OutputError(DpmError):
    """A file that cannot be written."""


class TrainingError(DpmError):
    """Training that cannot go on; what was learned before is kept."""
