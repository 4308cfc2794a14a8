"""A wish r(x) over the plane: painted, or one of a few shapes that can be placed."""

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
"""Standard deviation over which r falls outside of a disc."""
LEAST_LENGTH = 0.05
"""Of a drag that gives a direction or a radius."""
LEAST_LOG_R, BORDER_SLOPE = -40.0, 60.0
"""Of ln r for a picture of it: its least value, and its slope at the border of a half plane."""


@dataclass(frozen=True, slots=True)
class DrawnPotential:
    """What is wished for, all in model units.

    Attributes:
        kind: One of `POTENTIAL_KINDS`.
        centre: Of a disc; of a half plane a point on its border; of an observation what was observed.
        towards: Of a half plane the direction, of any length, in which r = 1.
        radius: Of a disc.
        std: Standard deviation of an observation's noise.
    """

    kind: str = PAINTED
    centre: tuple[float, float] = (0.0, 0.0)
    towards: tuple[float, float] = (1.0, 0.0)
    radius: float = 0.7
    std: float = 0.3

    def placed(self, start: tuple[float, float], stop: tuple[float, float]) -> DrawnPotential:
        """Return it as a drag from ``start`` to ``stop`` places it; a click keeps direction and radius."""
        direction = stop[0] - start[0], stop[1] - start[1]
        length = math.hypot(*direction)
        if length < LEAST_LENGTH:
            return replace(self, centre=stop)
        if self.kind == OBSERVATION:
            return replace(self, centre=stop)
        return replace(self, centre=start, towards=direction, radius=length)

    def to_potential(self, painted: NDArray[np.float32]) -> Potential:
        """Return r; ``painted`` is ln r on the grid, where that is what is wished for."""
        if self.kind == HALF_PLANE:
            return HalfPlane(np.array(self.towards), float(np.dot(self.towards, self.centre)))
        if self.kind == OBSERVATION:
            return NoisyObservation(np.array(self.centre, np.float32), self.std)
        return PaintedField(painted if self.kind == PAINTED else self.log_r(painted), EXTENT)

    def log_r(self, painted: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return ln r on the grid, its greatest value 0, for a picture of it."""
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
        """Return ln of what r's integral is to be multiplied by for r to be 1 at its greatest; nats."""
        return math.log(2.0 * math.pi * self.std**2) if self.kind == OBSERVATION else 0.0


def posterior(potential: DrawnPotential, painted: NDArray[np.float32], weighted: bool) -> Posterior:
    """Return the posterior a wish asks for: by weighted particles that look ahead, or by the paper's kernels alone."""
    nothing = potential.kind == PAINTED and not painted.any()  # then to look ahead would cost much and tell nothing
    timing = "twisted" if weighted and not nothing else "constant"
    return Posterior(potential.to_potential(painted), timing, weighted)
