"""Masks as image files: what is written comes back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.formats.reading.masks import read_mask
from dpm_gui.paint.document.image_files import image_of_mask


@pytest.mark.parametrize("shape", [(8, 8), (3, 5), (28, 29), (64, 33)])
def test_a_mask_comes_back_from_its_png(shape: tuple[int, int], tmp_path: Path) -> None:
    mask = np.random.default_rng(1).random(shape) < 0.5
    assert image_of_mask(mask).save(str(tmp_path / "mask.png"))
    assert (read_mask(str(tmp_path / "mask.png")).mask == mask).all()
