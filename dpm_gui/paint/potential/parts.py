"""The parts that make up a potential r(x) over the plane: strokes, half planes, discs and observations.

All are frozen values in model units. Their ln r add up, each part's own greatest r is 1 but a stroke's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.values.arrays import read_only
from dpm_gui.desktop.numbers import fixed
from dpm_gui.paint.potential.contours import contours
from dpm_gui.paint.potential.soft_field import CELL, EXTENT, GRID_HALF_WIDTH, GRID_POINTS, grid

DISC_EDGE_STD = 0.12
"""Standard deviation with which r falls outside a disc, model units."""
LEAST_LENGTH = 0.05
"""The shortest drag that sets a direction or a radius, model units."""
LEAST_LOG_R, BORDER_SLOPE = -40.0, 60.0
"""The least ln r in the image of a part, and the slope of ln r in that of a hard border, whose step has stairs."""
LARGEST_PLACE, LARGEST = 1000.0, 1e9
"""Largest coordinate of a part that can be typed, and that a file may hold, model units."""
MOST_NATS = 12.0
"""The largest absolute value of a stroke, and of all strokes together, nats."""
CIRCLE = 72
"""Sides of the polygon that is drawn for a circle."""
Place = tuple[float, float]


class Number(NamedTuple):
    """A number of a part that can be edited.

    Attributes:
        name: Of the attribute.
        label: Beside its box.
        limits: Least and greatest value that can be typed.
        allowed: Least and greatest value that a file may hold.
        step, unit: Of its box.
        tip: What it means.
    """

    name: str
    label: str
    limits: tuple[float, float]
    allowed: tuple[float, float]
    step: float
    unit: str
    tip: str


_PLACE, _ANY_PLACE, _POSITIVE = (-LARGEST_PLACE, LARGEST_PLACE), (-LARGEST, LARGEST), (1e-6, LARGEST)
_NATS, _ANGLES = (-MOST_NATS, MOST_NATS), (-180.0, 180.0)


def _centre_numbers(what: str) -> tuple[Number, Number]:
    return (
        Number("x", "x", _PLACE, _ANY_PLACE, 0.1, " σ", f"Abscissa of {what}, standard deviations"),
        Number("y", "y", _PLACE, _ANY_PLACE, 0.1, " σ", f"Ordinate of {what}, standard deviations"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """A stroke of the soft brush, which adds ``amount`` times ``weight`` to ln r.

    Attributes:
        weight: ``[GRID_POINTS, GRID_POINTS]``, float32, read-only; 0 … 1, or -1 … 1 in a field of several strokes.
        amount: ln r in its middle, nats: above 0 it attracts, below it repels.
        on: Whether it counts.
    """

    kind: ClassVar[str] = "stroke"
    numbers: ClassVar[tuple[Number, ...]] = (
        Number("amount", "Strength", _NATS, _NATS, 0.5, " nats", "ln r in its middle; below 0 it repels"),
    )
    weight: NDArray[np.float32]
    amount: float
    on: bool = True

    @property
    def attracts(self) -> bool:
        return self.amount >= 0

    def words(self) -> str:
        """Return its name and its numbers."""
        if self.weight.min() < 0:
            return f"Painted field, up to {fixed(abs(self.amount), 1)} nats"
        x, y = self.middle()
        name = "Attract" if self.attracts else "Repel"
        return f"{name}, {fixed(abs(self.amount), 1)} nats around ({fixed(x, 2)}, {fixed(y, 2)})"

    def middle(self) -> Place:
        """Return its centre of mass."""
        total = float(self.weight.sum())
        if not total:
            return 0.0, 0.0
        x, y = grid()
        return float((self.weight * x).sum()) / total, float((self.weight * y).sum()) / total

    def log_r(self) -> NDArray[np.float64]:
        """Return ln r on the grid."""
        return self.amount * self.weight.astype(np.float64)

    def outline(self) -> NDArray[np.float64]:
        """Return the lines around it, ``[L, 4]``: from x, y to x, y."""
        return contours(np.abs(self.weight), (0.4,), EXTENT)


@dataclass(frozen=True, slots=True)
class HalfPlanePart:
    """r is 1 on one side of a line and 0 beyond it, with a border that may be soft.

    Attributes:
        angle: The direction inwards, degrees, anticlockwise from the abscissa.
        offset: Distance of the line from the origin in that direction, below 0 if the origin is inside.
        softness: Standard deviation of the border, 0 for a step.
        on: Whether it counts.
    """

    kind: ClassVar[str] = "half_plane"
    numbers: ClassVar[tuple[Number, ...]] = (
        Number("angle", "Angle", _ANGLES, _ANGLES, 5.0, "°", "Direction in which r = 1, anticlockwise from the right"),
        Number(
            "offset",
            "Offset",
            _PLACE,
            _ANY_PLACE,
            0.1,
            " σ",
            "Distance of the border from the origin in that direction",
        ),
        Number(
            "softness", "Soft", (0.0, 2.0), (0.0, LARGEST), 0.05, " σ", "Standard deviation of the border; 0 is a step"
        ),
    )
    angle: float = 0.0
    offset: float = 0.0
    softness: float = 0.0
    on: bool = True

    @property
    def normal(self) -> Place:
        """The unit vector inwards."""
        return math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))

    def words(self) -> str:
        """Return its name and its numbers."""
        soft = f", soft {fixed(self.softness, 2)}" if self.softness else ""
        return f"Half plane, angle {fixed(self.angle, 0)}°, offset {fixed(self.offset, 2)}{soft}"

    def placed(self, start: Place, stop: Place) -> HalfPlanePart:
        """Return a copy whose border runs through ``start``, with ``stop`` inside; a click keeps the direction."""
        across, up = stop[0] - start[0], stop[1] - start[1]
        turned = self
        if math.hypot(across, up) >= LEAST_LENGTH:
            turned = replace(self, angle=math.degrees(math.atan2(up, across)))
        normal = turned.normal
        return replace(turned, offset=normal[0] * start[0] + normal[1] * start[1])

    def log_r(self) -> NDArray[np.float64]:
        """Return ln r on the grid."""
        x, y = grid()
        inwards = x * self.normal[0] + y * self.normal[1] - self.offset
        if self.softness < CELL:  # narrower than the grid can show
            return np.clip(inwards * BORDER_SLOPE, LEAST_LOG_R, 0.0)
        return np.maximum(log_normal_cdf(inwards / self.softness), LEAST_LOG_R)

    def outline(self) -> NDArray[np.float64]:
        """Return the border, ``[1, 4]``."""
        (a, b), reach = self.normal, 3.0 * GRID_HALF_WIDTH + abs(self.offset)
        x, y = a * self.offset, b * self.offset
        return np.array([[x - b * reach, y + a * reach, x + b * reach, y - a * reach]])


@dataclass(frozen=True, slots=True)
class DiscPart:
    """r is 1 inside a disc and falls beyond its edge, as a normal density does.

    Attributes:
        x, y, radius: Of the disc.
        on: Whether it counts.
    """

    kind: ClassVar[str] = "disc"
    numbers: ClassVar[tuple[Number, ...]] = (
        *_centre_numbers("its centre"),
        Number(
            "radius",
            "Radius",
            (LEAST_LENGTH, LARGEST_PLACE),
            _POSITIVE,
            0.1,
            " σ",
            "Radius of the disc, standard deviations",
        ),
    )
    x: float = 0.0
    y: float = 0.0
    radius: float = 0.7
    on: bool = True

    def words(self) -> str:
        """Return its name and its numbers."""
        return f"Disc around ({fixed(self.x, 2)}, {fixed(self.y, 2)}), radius {fixed(self.radius, 2)}"

    def placed(self, start: Place, stop: Place) -> DiscPart:
        """Return a copy around ``start`` whose edge runs through ``stop``; a click keeps the radius.

        The centre stays on the grid, beyond which r does not change.
        """
        length = math.hypot(stop[0] - start[0], stop[1] - start[1])
        x, y = (min(max(each, -GRID_HALF_WIDTH), GRID_HALF_WIDTH) for each in start)
        return replace(self, x=x, y=y, radius=length if length >= LEAST_LENGTH else self.radius)

    def log_r(self) -> NDArray[np.float64]:
        """Return ln r on the grid."""
        x, y = grid()
        beyond = np.maximum(np.hypot(x - self.x, y - self.y) - self.radius, 0.0) / DISC_EDGE_STD
        return np.maximum(-0.5 * beyond**2, LEAST_LOG_R)

    def outline(self) -> NDArray[np.float64]:
        """Return its edge, ``[CIRCLE, 4]``."""
        return circle(self.x, self.y, self.radius)


@dataclass(frozen=True, slots=True)
class ObservationPart:
    """A point that was observed with Gaussian noise.

    Attributes:
        x, y: The observed point.
        std: Standard deviation of the noise.
        on: Whether it counts.
    """

    kind: ClassVar[str] = "observation"
    numbers: ClassVar[tuple[Number, ...]] = (
        *_centre_numbers("the observed point"),
        Number("std", "Noise", (0.01, 10.0), _POSITIVE, 0.05, " σ", "Standard deviation of the observation's noise"),
    )
    x: float = 0.0
    y: float = 0.0
    std: float = 0.3
    on: bool = True

    def words(self) -> str:
        """Return its name and its numbers."""
        return f"Observation x = ({fixed(self.x, 2)}, {fixed(self.y, 2)}) ± {fixed(self.std, 2)}"

    def placed(self, start: Place, stop: Place) -> ObservationPart:
        """Return a copy at ``stop``."""
        return replace(self, x=stop[0], y=stop[1])

    def log_r(self) -> NDArray[np.float64]:
        """Return ln of r over its greatest value, on the grid."""
        x, y = grid()
        return np.maximum(-0.5 * np.square(np.hypot(x - self.x, y - self.y) / self.std), LEAST_LOG_R)

    def outline(self) -> NDArray[np.float64]:
        """Return a circle of one standard deviation and a cross in its middle, ``[CIRCLE + 2, 4]``."""
        arm, (x, y) = 0.4 * self.std, (self.x, self.y)
        return np.vstack([circle(x, y, self.std), [[x - arm, y, x + arm, y], [x, y - arm, x, y + arm]]])


PlacedPart = HalfPlanePart | DiscPart | ObservationPart
Part = Stroke | PlacedPart
PLACED: tuple[type[PlacedPart], ...] = (HalfPlanePart, DiscPart, ObservationPart)


def stroke_of(field: NDArray[np.floating], *, on: bool = True) -> Stroke:
    """Return a field of ln r, nats, as one stroke."""
    amount = float(np.abs(field).max())
    return Stroke(read_only(np.asarray(field / (amount or 1.0), np.float32)), amount, on)


def circle(x: float, y: float, radius: float) -> NDArray[np.float64]:
    """Return a circle as lines, ``[CIRCLE, 4]``."""
    angles = np.linspace(0.0, 2.0 * math.pi, CIRCLE + 1)
    places = np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)
    return np.hstack([places[:-1], places[1:]])


def log_normal_cdf(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ln of the normal distribution function, to be drawn: within 1e-3, from its integral on a fine grid."""
    fine = np.linspace(-10.0, 8.0, 3601)
    density = np.exp(-0.5 * fine**2) / math.sqrt(2.0 * math.pi)
    steps = 0.5 * (density[1:] + density[:-1]) * np.diff(fine)
    log_share = np.log(7.62e-24 + np.concatenate([[0.0], np.cumsum(steps)]))
    return np.minimum(np.interp(z, fine, log_share), 0.0)


def empty_weight() -> NDArray[np.float32]:
    """Return the weight of a stroke that has touched nothing."""
    return np.zeros((GRID_POINTS, GRID_POINTS), np.float32)
