"""A wish over the plane as one npz file that can be opened again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.requests import load_record, save_record
from dpm_gui.paint.potential.shapes import KINDS, Wish
from dpm_gui.paint.potential.soft_field import MOST, SIDE

FORMAT = "dpm wish 1"
WHAT = "a wish over the plane"


@dataclass(frozen=True, slots=True)
class SavedWish:
    """All of a wish.

    Attributes:
        wish: Its kind and its shape.
        painted: What was painted, ln r, ``[SIDE, SIDE]``.
        weighted, count, seed: How it is sampled.
    """

    wish: Wish
    painted: NDArray[np.float32]
    weighted: bool
    count: int
    seed: int


def save_wish(saved: SavedWish, path: str | os.PathLike[str]) -> None:
    """Write ``saved`` to ``path``, whole or not at all.

    Raises:
        OutputError: If it cannot be written.
    """
    how = {"weighted": saved.weighted, "count": saved.count, "seed": saved.seed}
    save_record(FORMAT, {**asdict(saved.wish), "painted": saved.painted, **how}, path)


def load_wish(path: str | os.PathLike[str]) -> SavedWish:
    """Return the wish that `save_wish` wrote to ``path``.

    Raises:
        BadInputError: If there is no such file, or it is none of these; the message begins with ``path``.
    """
    values = load_record(FORMAT, path, WHAT)
    try:
        return _wish(values)
    except (ValueError, TypeError, KeyError) as error:
        raise BadInputError(f"{path}: this is no file of {WHAT}") from error


def _wish(values: Mapping[str, Any]) -> SavedWish:
    painted = values["painted"]
    centre, towards = (tuple(float(part) for part in values[name]) for name in ("centre", "towards"))
    radius, spread = float(values["radius"]), float(values["spread"])
    numbers = np.array([*centre, *towards, radius, spread])
    sound = painted.shape == (SIDE, SIDE) and np.isfinite(numbers).all() and radius > 0 and spread > 0
    if not (sound and (np.abs(painted.astype(np.float32)) <= MOST).all() and len(numbers) == 6 and any(towards)):
        raise ValueError("out of range")
    kind = str(values["kind"])
    if kind not in KINDS:
        raise ValueError("unknown kind")
    wish = Wish(kind, (centre[0], centre[1]), (towards[0], towards[1]), radius, spread)
    weighted, count, seed = bool(values["weighted"]), int(values["count"]), int(values["seed"])
    return SavedWish(wish, painted.astype(np.float32), weighted, count, seed)
