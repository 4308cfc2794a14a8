"""A potential over the plane as one npz file that can be opened again."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.requests import Record, load_record, save_record
from dpm_gui.paint.potential.shapes import POTENTIAL_KINDS, DrawnPotential
from dpm_gui.paint.potential.soft_field import GRID_POINTS, MOST_NATS

FORMAT, OLD_FORMAT = "dpm potential 2", "dpm wish 1"
OLD_NAMES = {"spread": "std"}
FILE_DESCRIPTION = "a potential over the plane"


@dataclass(frozen=True, slots=True)
class SavedPotential:
    """A potential and how it is sampled.

    Attributes:
        potential: Its kind and its shape.
        painted: The painted ln r, ``[GRID_POINTS, GRID_POINTS]``.
        weighted, count, seed: Whether by weighted particles, how many points, and the seed.
    """

    potential: DrawnPotential
    painted: NDArray[np.float32]
    weighted: bool
    count: int
    seed: int


def save_potential(saved: SavedPotential, path: str | os.PathLike[str]) -> None:
    """Write ``saved`` to ``path``, completely or not at all.

    Raises:
        OutputError: If the file cannot be written.
    """
    how = {"weighted": saved.weighted, "count": saved.count, "seed": saved.seed}
    save_record(FORMAT, {**asdict(saved.potential), "painted": saved.painted, **how}, path)


def load_potential(path: str | os.PathLike[str]) -> SavedPotential:
    """Return the potential that `save_potential` wrote to ``path``.

    Raises:
        BadInputError: If the file is missing or holds no potential; the message begins with ``path``.
    """
    values = load_record((FORMAT, OLD_FORMAT), path, FILE_DESCRIPTION, OLD_NAMES)
    try:
        return _potential_from(values)
    except (ValueError, TypeError, BadInputError) as error:
        raise BadInputError(f"{path}: this is no file of {FILE_DESCRIPTION}") from error


def _potential_from(values: Record) -> SavedPotential:
    painted = values["painted"]
    centre, towards = (tuple(float(part) for part in values[name].flat) for name in ("centre", "towards"))
    radius, std = values.number("radius"), values.number("std")
    numbers = np.array([*centre, *towards, radius, std])
    sound = painted.shape == (GRID_POINTS, GRID_POINTS) and np.isfinite(numbers).all() and radius > 0 and std > 0
    if not (sound and (np.abs(painted.astype(np.float32)) <= MOST_NATS).all() and len(numbers) == 6 and any(towards)):
        raise ValueError("out of range")
    kind = values.text("kind")
    if kind not in POTENTIAL_KINDS:
        raise ValueError("unknown kind")
    potential = DrawnPotential(kind, (centre[0], centre[1]), (towards[0], towards[1]), radius, std)
    weighted, count, seed = values.flag("weighted"), values.whole("count"), values.whole("seed")
    return SavedPotential(potential, painted.astype(np.float32), weighted, count, seed)
