"""Cancelling of work that waits for another process: whoever runs the work says how it learns of it.

The work itself may lie far below, in a reader of files, so the question is not handed from function to function but
belongs to the context of the thread that runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _never() -> bool:
    return False


_QUESTION: ContextVar[Callable[[], bool]] = ContextVar("is_cancelled", default=_never)


@contextmanager
def cancellable(question: Callable[[], bool]) -> Iterator[None]:
    """Have `is_cancelled` ask ``question()`` in this block and what it calls, in this thread."""
    token = _QUESTION.set(question)
    try:
        yield
    finally:
        _QUESTION.reset(token)


def is_cancelled() -> bool:
    """Return whether the work of this thread is no longer wanted; it may then end with any error."""
    return _QUESTION.get()()
