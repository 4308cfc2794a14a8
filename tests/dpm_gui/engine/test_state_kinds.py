"""What is run unless a person asks for another number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.processes.schedules import constant
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from dpm_gui.engine.state_kinds import IMAGES, POINTS, SEQUENCES, state_kind_of
from dpm_gui.views.canvases import CANVASES
from tests.support.window_values import make_checkpoint, make_images


@pytest.mark.parametrize(
    ("shape", "default_count"),
    [((28, 28), 16), ((32, 32, 3), 16), ((64, 64), 16), ((96, 96), 4), ((512, 512), 1)],
)
def test_of_large_pictures_fewer_are_run(shape: tuple[int, ...], default_count: int) -> None:
    data = DataInfo("some", shape, (0.0, 255.0), np.array(0.0), np.array(1.0), np.zeros((1, *shape), np.float32))
    network = NetworkInfo("unet", {}, {})
    checkpoint = Checkpoint("Some", "2025-01-02T03:04:05+00:00", "MIT", "gaussian", constant(9), network, data)
    state_kind = state_kind_of(checkpoint)
    assert (state_kind.name, state_kind.default_count) == ("images", default_count)
    assert state_kind.fewest <= default_count <= state_kind.most


def test_each_kind_of_states_has_its_canvas() -> None:
    assert set(CANVASES) == {kind.name for kind in (POINTS, SEQUENCES, IMAGES)}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (make_checkpoint, ("standard deviation", "data units")),
        (lambda: make_checkpoint(kind="binomial"), ("entropy", "bits per dimension")),
        (make_images, ("standard deviation", "grey levels")),
        (lambda: make_images(shape=(4, 4, 3)), ("standard deviation", "levels")),
    ],
)
def test_the_measure_fits_the_data(made: Callable[[], Checkpoint], expected: tuple[str, str]) -> None:
    assert state_kind_of(made()).spread == expected


def test_one_state_is_no_plural() -> None:
    assert [IMAGES.named(count) for count in (1, 2)] == ["image", "images"]
