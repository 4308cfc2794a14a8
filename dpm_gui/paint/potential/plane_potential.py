"""A potential r(x) over the plane as the sum of its parts, and the posterior that the engine samples."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.values.potentials import HalfPlane, NoisyObservation, PaintedField, Posterior, Potential, Product
from dpm_gui.paint.potential.parts import (
    MOST_NATS,
    DiscPart,
    HalfPlanePart,
    ObservationPart,
    Part,
    Stroke,
    empty_weight,
)
from dpm_gui.paint.potential.soft_field import EXTENT


@dataclass(frozen=True, slots=True)
class PlanePotential:
    """r(x) as the product of those of its ``parts`` that are on; 1 everywhere without any."""

    parts: tuple[Part, ...] = ()

    @property
    def counted(self) -> tuple[Part, ...]:
        """The parts that are on."""
        return tuple(part for part in self.parts if part.on)

    @property
    def is_one(self) -> bool:
        """Whether no part is on."""
        return not self.counted

    def with_part(self, part: Part) -> PlanePotential:
        """Return a copy with another part at the end."""
        return PlanePotential((*self.parts, part))

    def without(self, place: int) -> PlanePotential:
        """Return a copy without the part at ``place``."""
        return PlanePotential(self.parts[:place] + self.parts[place + 1 :])

    def with_changed(self, place: int, part: Part) -> PlanePotential:
        """Return a copy with another part at ``place``."""
        return PlanePotential((*self.parts[:place], part, *self.parts[place + 1 :]))

    def log_r(self) -> NDArray[np.float32]:
        """Return ln r on the grid, less its greatest value there, to be drawn."""
        placed = [part.log_r() for part in self.counted if not isinstance(part, Stroke)]
        total = self._strokes() + sum(placed, np.zeros_like(empty_weight(), np.float64))
        return np.asarray(total - total.max(), np.float32)

    def to_potential(self, columns: tuple[int, ...] = (0, 1), dimensions: int = 2) -> Potential:
        """Return r(x) of points with ``dimensions`` columns, on two of which, ``columns``, it depends.

        Half planes and observations are exact; strokes and discs are one field on the grid.
        """
        factors: list[Potential] = []
        if any(isinstance(part, (Stroke, DiscPart)) for part in self.counted) or self.is_one:
            discs = (part.log_r() for part in self.counted if isinstance(part, DiscPart))
            field = sum(discs, self._strokes())
            factors.append(PaintedField(np.asarray(field, np.float32), EXTENT, columns))
        for part in self.counted:
            if isinstance(part, HalfPlanePart):
                normal = np.zeros(dimensions)
                normal[list(columns)] = part.normal
                factors.append(HalfPlane(normal, part.offset, part.softness))
            elif isinstance(part, ObservationPart):
                y, observed = np.zeros(dimensions, np.float32), np.zeros(dimensions, np.bool_)
                y[list(columns)], observed[list(columns)] = (part.x, part.y), True
                factors.append(NoisyObservation(y, part.std, None if observed.all() else observed))
        return factors[0] if len(factors) == 1 else Product(tuple(factors))

    def offset(self) -> float:
        """Return ln of the factor by which the integral of r is multiplied for each part's greatest r to be 1; nats."""
        stds = [part.std for part in self.counted if isinstance(part, ObservationPart)]
        return sum(math.log(2.0 * math.pi * std**2) for std in stds)

    def _strokes(self) -> NDArray[np.float64]:
        """Return ln r of all strokes on the grid, at most 0, so that r can be read as an acceptance probability."""
        strokes = [part.log_r() for part in self.counted if isinstance(part, Stroke)]
        total = sum(strokes, np.zeros_like(empty_weight(), np.float64)).clip(-MOST_NATS, MOST_NATS)
        return total - max(float(total.max()), 0.0)


def posterior(
    potential: PlanePotential, weighted: bool, columns: tuple[int, ...] = (0, 1), dimensions: int = 2
) -> Posterior:
    """Return the posterior under ``potential``: with twisted, weighted particles, or with the paper's kernels.

    The potential depends on ``columns`` of points that have ``dimensions`` columns.
    """
    timing = "twisted" if weighted and not potential.is_one else "constant"  # where r = 1, twisting only costs time
    return Posterior(potential.to_potential(columns, dimensions), timing, weighted)
