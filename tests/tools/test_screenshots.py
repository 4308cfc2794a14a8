"""The images of the window on the pages: the script makes each of them, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dpm_gui import __main__ as gui
from dpm_gui.desktop.theme import LIGHT
from tests.support.painting import save_rings
from tests.support.pixels import rgb
from tools.screenshots import IMAGES, SHOTS, SIZE, Shot, make, options, reduced

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"))
SHOWN = re.compile(r"!\[[^\]]*\]\((?:docs/)?images/([^)]+)\.png\)")
MOST_BYTES = 200_000


def test_the_script_makes_each_image_of_the_window_that_a_page_shows() -> None:
    shown = {name for page in PAGES for name in SHOWN.findall(page.read_text(encoding="utf-8"))}
    assert shown
    assert shown <= set(SHOTS)


def test_the_folder_of_images_holds_what_the_script_makes_and_no_file_is_large() -> None:
    files = list((ROOT / IMAGES).iterdir())
    assert {path.stem for path in files} == set(SHOTS)
    assert [path.name for path in files if path.stat().st_size > MOST_BYTES] == []


@pytest.mark.parametrize("name", [name for name, shot in SHOTS.items() if shot.step is not None])
def test_dpm_gui_takes_the_options_of_an_image(name: str) -> None:
    taken = gui.parser().parse_args(options(SHOTS[name], "window.png"))
    assert (taken.at, taken.theme, taken.size) == (SHOTS[name].step, SHOTS[name].theme, SIZE)
    assert (ROOT / f"assets/checkpoints/{SHOTS[name].model}.h5").is_file()


def test_an_image_of_paint_shows_what_the_commands_led_to(tmp_path: Path, qapp: object) -> None:
    save_rings(tmp_path / "rings.h5")
    make(Shot(str(tmp_path / "rings.h5"), commands=SHOTS["paint"].commands), tmp_path / "paint.png")
    with Image.open(tmp_path / "paint.png") as image:
        assert image.size == SIZE
        assert image.getpixel((1, SIZE[1] - 2)) == rgb(LIGHT.window)
        assert len(image.getcolors(image.width * image.height)) > 100


def test_few_colours_keep_those_that_are_seen_most() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    pixels[:20] = (246, 246, 244)
    small = reduced(Image.fromarray(pixels))
    assert small.mode == "P"
    shown = np.asarray(small.convert("RGB"))
    np.testing.assert_array_equal(shown[:20], pixels[:20])
    assert np.abs(shown.astype(int) - pixels).mean() < 20
