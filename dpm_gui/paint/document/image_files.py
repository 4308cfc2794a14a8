"""Masks as image files."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from core.values.checkpoints import MAX_LEVEL
from dpm_gui.views.canvases.image_levels import image_of


def image_of_mask(mask: NDArray[np.generic]) -> QImage:
    """Return a grey image of ``mask`` [H, W], 0 … 1: white where it is 1, black where it is 0."""
    return image_of(np.rint(mask.astype(np.float32) * MAX_LEVEL).astype(np.uint8))
