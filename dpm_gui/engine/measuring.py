"""Measurements of what is open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from core.values.measurements import BoundProgress
from core.values.runs import RunSpec
from dpm_gui.engine.opening import Opened

if TYPE_CHECKING:
    pass


def measure_bound(opened: Opened, spec: RunSpec) -> Iterator[BoundProgress]:
    """Measure K on fresh data: as many as are run, of pictures as many as is usual."""
    from core.measurement.bound import default_count
    from core.measurement.bound import measure_bound as measure

    data = opened.checkpoint.data
    count = default_count(data) if data.is_image else spec.count
    yield from measure(opened.model, replace(spec, count=count, denoise_from=None))
