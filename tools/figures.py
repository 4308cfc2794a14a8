"""Makes the figures of docs/gallery.md with the program itself: ``python -m tools.figures [NAME…]``.

Figures 1 to 4 are written by ``dpm-gui FILE --render``; figure 5 shows inpainting of a texture with a hole and of
halves of digits. All chains have the models' full number of steps, a thousand for images: an hour on two cores.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.data.shipped_images import Digits, Texture
from tools.measuring.fills import SEED, corner, filled, hole_in, lower_half
from tools.measuring.report import opened

GALLERY = Path("docs/gallery")
RENDERED = {
    "figure-1": "swiss_roll",
    "figure-2": "heartbeat_fast",
    "figure-3-digits": "digits",
    "figure-3-colour": "colour_patches",
    "figure-4-unet": "dead_leaves",
    "figure-4-paper": "dead_leaves_paper",
}
DIGITS = 8
FILLED = 3
IMAGES = "10"
"""Images in a row of figures 3 and 4."""
SCALES = {"digits": 3, "gravel": 1, "brick": 1}
GAP, PAPER = 4, 255


def main() -> None:
    """Make the figures named, or all of them."""
    GALLERY.mkdir(exist_ok=True)
    holes: Mapping[str, Callable[[], Image.Image]] = {
        "figure-5-gravel": lambda: texture("gravel"),
        "figure-5-brick": lambda: texture("brick"),
        "figure-5-digits": digits,
    }
    for name in sys.argv[1:] or [*RENDERED, *holes]:
        path = GALLERY / f"{name}.png"
        if name in RENDERED:
            file = f"assets/checkpoints/{RENDERED[name]}.h5"
            program = [sys.executable, "-m", "dpm_gui", file, "--theme", "light", "--render", str(path)]
            program += ["--count", IMAGES] if RENDERED[name] not in ("swiss_roll", "heartbeat_fast") else []
            subprocess.run(program, check=True)
        else:
            holes[name]().save(path, optimize=True)
        print(path, flush=True)


def texture(name: str) -> Image.Image:
    """Return the held-out corner of a texture: as it is, with a hole, and with the hole inpainted."""
    checkpoint, model = opened(name)
    image = Texture(name).test_corner
    mask, _ = hole_in(image.shape)
    made = corner(checkpoint, model, name, image, mask)[0]
    return side_by_side([[image, np.where(mask, PAPER, image), made]], SCALES[name])


def digits() -> Image.Image:
    """Return rows of held-out digits: as they are, their upper halves, and three results of inpainting."""
    real, (_, model) = Digits(), opened("digits")
    stored = real.held_out.images(DIGITS, np.random.default_rng(3))
    mask = lower_half(stored.shape[1:])
    columns = []
    for at, image in enumerate(stored):
        found = filled(model, image, mask, SEED + at, FILLED)
        columns.append([image, np.where(mask, PAPER // 2, image), *found])
    return side_by_side([list(row) for row in zip(*columns, strict=True)], SCALES["digits"])


def side_by_side(rows: list[list[NDArray[np.generic]]], scale: int) -> Image.Image:
    """Return images of one size in rows, each pixel ``scale`` pixels wide, with white gaps between the images."""
    height, width = rows[0][0].shape
    sheet = np.full((len(rows) * (height * scale + GAP) - GAP, len(rows[0]) * (width * scale + GAP) - GAP), PAPER)
    for down, row in enumerate(rows):
        for across, image in enumerate(row):
            top, left = down * (height * scale + GAP), across * (width * scale + GAP)
            sheet[top : top + height * scale, left : left + width * scale] = np.repeat(
                np.repeat(image, scale, axis=0), scale, axis=1
            )
    return Image.fromarray(sheet.astype(np.uint8))


if __name__ == "__main__":
    main()
