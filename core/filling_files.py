"""A request to fill in, mask included, as one npz file that can be opened again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from core.errors import BadInputError
from core.filling_values import FillRequest
from core.record_files import load_record, save_record

FORMAT = "dpm fill 1"
MISSING = -1
"""Stands for a number that is not set."""


def save_request(request: FillRequest, path: str | os.PathLike[str]) -> None:
    """Write ``request`` to ``path``, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    values: dict[str, Any] = {
        "picture": request.picture,
        "mask": request.mask,
        "count": request.count,
        "seed": request.seed,
        "threads": request.threads,
        "held": request.held,
        "back_and_forth": MISSING if request.back_and_forth is None else request.back_and_forth,
        "timing": request.timing or "",
        "weighted": request.weighted,
        "particles": MISSING if request.particles is None else request.particles,
        "start": MISSING if request.start is None else request.start,
    }
    save_record(FORMAT, values, path)


def load_request(path: str | os.PathLike[str]) -> FillRequest:
    """Return the request that `save_request` wrote to ``path``.

    Raises:
        BadInputError: If there is no such file, or it is none of these; the message begins with ``path``.
    """
    values = load_record(FORMAT, path, "a request to fill in")
    try:
        return _request(values)
    except KeyError as error:
        raise BadInputError(f"{path}: it holds no {error.args[0]}") from error
    except (TypeError, ValueError, BadInputError) as error:
        raise BadInputError(f"{path}: {error}") from error


def _request(values: Mapping[str, Any]) -> FillRequest:
    start, particles, again = (int(values[name]) for name in ("start", "particles", "back_and_forth"))
    return FillRequest(
        picture=values["picture"],
        mask=values["mask"],
        count=int(values["count"]),
        seed=int(values["seed"]),
        threads=int(values["threads"]),
        held=str(values["held"]),
        back_and_forth=None if again == MISSING else again,
        timing=str(values["timing"]) or None,
        weighted=bool(values["weighted"]),
        start=None if start == MISSING else start,
        particles=None if particles == MISSING else particles,
    )
