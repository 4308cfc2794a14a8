"""A potential over the plane as one npz file that can be opened again."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import BadInputError
from core.formats.requests import Record, load_record, save_record
from core.values.arrays import read_only
from dpm_gui.paint.potential.parts import (
    MOST_NATS,
    PLACED,
    DiscPart,
    HalfPlanePart,
    ObservationPart,
    Part,
    PlacedPart,
    Stroke,
    stroke_of,
)
from dpm_gui.paint.potential.plane_potential import PlanePotential
from dpm_gui.paint.potential.soft_field import GRID_POINTS

FORMAT, FORMATS_OF_ONE_KIND = "dpm potential 3", ("dpm potential 2", "dpm wish 1")
OLD_NAMES = {"spread": "std"}
FILE_DESCRIPTION = "a potential over the plane"
NUMBERS_A_PART = 3
_PLACED = {kind.kind: kind for kind in PLACED}


@dataclass(frozen=True, slots=True)
class SavedPotential:
    """A potential and how it is sampled.

    Attributes:
        potential: All its parts, also those that are off.
        weighted, count, seed: Whether by weighted particles, how many points, and the seed.
    """

    potential: PlanePotential
    weighted: bool
    count: int
    seed: int


def save_potential(saved: SavedPotential, path: str | os.PathLike[str]) -> None:
    """Write ``saved`` to ``path``, completely or not at all.

    The file holds, part by part in the order of the list: ``kinds``, ``on``, and ``numbers``, three for each kind in
    the order of its boxes, of a stroke its strength and zeros; ``weights`` holds the strokes' ``[S, H, W]``.

    Raises:
        OutputError: If the file cannot be written.
    """
    parts = saved.potential.parts
    weights = [part.weight for part in parts if isinstance(part, Stroke)]
    numbers = [[getattr(part, number.name) for number in part.numbers] for part in parts]
    values: dict[str, ArrayLike] = {
        "kinds": np.array([part.kind for part in parts], dtype="U16"),
        "on": np.array([part.on for part in parts], dtype=np.bool_),
        "numbers": np.array([row + [0.0] * (NUMBERS_A_PART - len(row)) for row in numbers]).reshape(-1, NUMBERS_A_PART),
        "weights": np.array(weights, np.float32).reshape(-1, GRID_POINTS, GRID_POINTS),
        "weighted": saved.weighted,
        "count": saved.count,
        "seed": saved.seed,
    }
    save_record(FORMAT, values, path)


def load_potential(path: str | os.PathLike[str]) -> SavedPotential:
    """Return the potential that `save_potential` wrote to ``path``, now or before a potential had parts.

    Raises:
        BadInputError: If the file is missing or holds no potential; the message begins with ``path``.
    """
    values = load_record((FORMAT, *FORMATS_OF_ONE_KIND), path, FILE_DESCRIPTION, OLD_NAMES)
    try:
        potential = PlanePotential(_parts_from(values) if "kinds" in values else _parts_of_one_kind(values))
        weighted, count, seed = values.flag("weighted"), values.whole("count"), values.whole("seed")
    except (ValueError, TypeError, OverflowError, BadInputError) as error:
        raise BadInputError(f"{path}: this is no file of {FILE_DESCRIPTION}: {error}") from error
    return SavedPotential(potential, weighted, count, seed)


def _parts_from(values: Record) -> tuple[Part, ...]:
    kinds, on, numbers, weights = (values[name] for name in ("kinds", "on", "numbers", "weights"))
    count = kinds.size
    if kinds.shape != (count,) or on.shape != (count,) or numbers.shape != (count, NUMBERS_A_PART):
        raise ValueError("kinds, on and numbers are not of one length")
    if on.dtype != np.bool_ or numbers.dtype.kind != "f":
        raise ValueError("on holds no truth values, or numbers no numbers")
    strokes = iter(_checked_weights(weights, int((kinds == Stroke.kind).sum())))
    found = zip(kinds.tolist(), on.tolist(), numbers.tolist(), strict=True)
    return tuple(_part(str(kind), bool(counts), row, strokes.__next__) for kind, counts, row in found)


def _part(kind: str, on: bool, row: list[float], weight: Callable[[], NDArray[np.float32]]) -> Part:
    if kind == Stroke.kind:
        _check({"amount": row[0]}, Stroke)
        return Stroke(weight(), row[0], on)
    if kind not in _PLACED:
        raise ValueError(f"{kind!r} is no kind of part")
    made = _PLACED[kind]
    named = dict(zip((number.name for number in made.numbers), row, strict=True))
    _check(named, made)
    return made(**named, on=on)


def _check(named: Mapping[str, float], kind: type[Part]) -> None:
    """Raise `ValueError` unless all numbers of a part are those that a file may hold."""
    for number in kind.numbers:
        least, most = number.allowed
        if not least <= named[number.name] <= most:
            raise ValueError(f"{number.name} = {named[number.name]:g} is not between {least:g} and {most:g}")


def _checked_weights(weights: NDArray[np.generic], count: int) -> list[NDArray[np.float32]]:
    if weights.shape != (count, GRID_POINTS, GRID_POINTS) or weights.dtype.kind != "f":
        raise ValueError(f"weights is not one field for each of {count} strokes")
    if not (np.abs(weights.astype(np.float32)) <= 1.0).all():
        raise ValueError("weights are not between -1 and 1")
    return [read_only(each.astype(np.float32)) for each in weights]


def _parts_of_one_kind(values: Record) -> tuple[Part, ...]:
    """Return the parts of a file from when one kind was in use at a time; the field that was not is off."""
    painted = values["painted"]
    if painted.shape != (GRID_POINTS, GRID_POINTS) or not (np.abs(painted.astype(np.float32)) <= MOST_NATS).all():
        raise ValueError("painted is out of range")
    kind = values.text("kind")
    parts: list[Part] = []
    if painted.any():
        parts.append(stroke_of(painted.astype(np.float64), on=kind == "painted"))
    if kind != "painted":
        parts.append(_placed_before(kind, values))
    return tuple(parts)


def _placed_before(kind: str, values: Record) -> PlacedPart:
    if kind not in _PLACED:
        raise ValueError(f"{kind!r} is no kind of part")
    (x, y), (across, up) = (tuple(float(part) for part in values[name].flat) for name in ("centre", "towards"))
    length = math.hypot(across, up)
    if not math.isfinite(length) or not length:
        raise ValueError("towards has no direction")
    made: dict[str, PlacedPart] = {
        HalfPlanePart.kind: HalfPlanePart(math.degrees(math.atan2(up, across)), (x * across + y * up) / length),
        DiscPart.kind: DiscPart(x, y, values.number("radius")),
        ObservationPart.kind: ObservationPart(x, y, values.number("std")),
    }
    part = made[kind]
    _check({number.name: getattr(part, number.name) for number in part.numbers}, type(part))
    return part
