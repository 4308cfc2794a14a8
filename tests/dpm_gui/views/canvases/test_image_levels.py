"""Levels as images of Qt, and back."""

from __future__ import annotations

import numpy as np
import pytest

from dpm_gui.views.canvases.image_levels import image_of, pixels_of


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_an_image_of_levels_has_pixels_of_its_own_however_they_lie_in_memory(shape: tuple[int, ...]) -> None:
    levels = np.random.default_rng(4).integers(0, 256, (2, *shape)).astype(np.uint8)
    for some in (levels[0], levels[1][::-1, ::-1], np.asfortranarray(levels[0])):
        wanted, image = some.copy(), image_of(some)
        some[:] = 0
        assert (pixels_of(image, 3 if len(shape) == 3 else 1).reshape(shape) == wanted).all()
        some[:] = wanted
    levels.flags.writeable = False
    assert image_of(levels[0]).width() == shape[1]
