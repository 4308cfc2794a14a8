"""A potential r(x) over the plane: painted, or one of a few shapes that can be placed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.values.potentials import HalfPlane, NoisyObservation, PaintedField, Posterior, Potential
from dpm_gui.paint.potential.soft_field import EXTENT, grid

PAINTED, HALF_PLANE, DISC, OBSERVATION = "painted", "half_plane", "disc", "observation"
POTENTIAL_KINDS = (PAINTED, HALF_PLANE, DISC, OBSERVATION)
DISC_EDGE_STD = 0.12
"""Standard deviation with which r falls outside a disc, model units."""
LEAST_LENGTH = 0.05
"""The shortest drag that sets a direction or a radius, model units."""
LEAST_LOG_R, BORDER_SLOPE = -40.0, 60.0
"""The least ln r in the image of a potential, and the slope of ln r at the border of a half plane."""


@dataclass(frozen=True, slots=True)
class DrawnPotential:
    """The kind and shape of a potential, in model units.

    Attributes:
        kind: One of `POTENTIAL_KINDS`.
        centre: The centre of a disc, a point on the border of a half plane, or the observed point.
        towards: The direction, of any length, in which r = 1 for a half plane.
        radius: Of a disc.
        std: Standard deviation of an observation's noise.
    """

    kind: str = PAINTED
    centre: tuple[float, float] = (0.0, 0.0)
    towards: tuple[float, float] = (1.0, 0.0)
    radius: float = 0.7
    std: float = 0.3

    def placed(self, start: tuple[float, float], stop: tuple[float, float]) -> DrawnPotential:
        """Return a copy placed by a drag from ``start`` to ``stop``; a click keeps direction and radius."""
        direction = stop[0] - start[0], stop[1] - start[1]
        length = math.hypot(*direction)
        if length < LEAST_LENGTH:
            return replace(self, centre=stop)
        if self.kind == OBSERVATION:
            return replace(self, centre=stop)
        return replace(self, centre=start, towards=direction, radius=length)

    def to_potential(
        self, painted: NDArray[np.float32], columns: tuple[int, ...] = (0, 1), dimensions: int = 2
    ) -> Potential:
        """Return r(x) of points with ``dimensions`` columns, on two of which, ``columns``, it depends.

        ``painted``, ln r on the grid, is used if the kind is `PAINTED`.
        """
        if self.kind == HALF_PLANE:
            normal = np.zeros(dimensions)
            normal[list(columns)] = self.towards
            return HalfPlane(normal, float(np.dot(self.towards, self.centre)))
        if self.kind == OBSERVATION:
            y, observed = np.zeros(dimensions, np.float32), np.zeros(dimensions, np.bool_)
            y[list(columns)], observed[list(columns)] = self.centre, True
            return NoisyObservation(y, self.std, None if observed.all() else observed)
        return PaintedField(painted if self.kind == PAINTED else self.log_r(painted), EXTENT, columns)

    def log_r(self, painted: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ln r on the grid, ``[GRID_POINTS, GRID_POINTS]``, greatest value 0, to be drawn."""
        if self.kind == PAINTED:
            return painted
        x, y = grid()
        across, up = x[None, :] - self.centre[0], y[:, None] - self.centre[1]
        if self.kind == HALF_PLANE:
            inwards = (across * self.towards[0] + up * self.towards[1]) / math.hypot(*self.towards)
            return np.clip(inwards * BORDER_SLOPE, LEAST_LOG_R, 0.0).astype(
                np.float32
            )  # a step would be drawn as a staircase
        distance = np.hypot(across, up)
        beyond = np.maximum(distance - self.radius, 0.0) / DISC_EDGE_STD if self.kind == DISC else distance / self.std
        return np.maximum(-0.5 * beyond**2, LEAST_LOG_R).astype(np.float32)

    def offset(self) -> float:
        """Return ln of the factor by which the integral of r must be multiplied for the maximum of r to be 1; nats."""
        return math.log(2.0 * math.pi * self.std**2) if self.kind == OBSERVATION else 0.0


def posterior(
    potential: DrawnPotential,
    painted: NDArray[np.float32],
    weighted: bool,
    columns: tuple[int, ...] = (0, 1),
    dimensions: int = 2,
) -> Posterior:
    """Return the posterior under ``potential``: with twisted, weighted particles, or with the paper's kernels.

    The potential depends on ``columns`` of points that have ``dimensions`` columns.
    """
    is_one = potential.kind == PAINTED and not painted.any()  # where r = 1 everywhere, twisting only costs time
    timing = "twisted" if weighted and not is_one else "constant"
    return Posterior(potential.to_potential(painted, columns, dimensions), timing, weighted)
