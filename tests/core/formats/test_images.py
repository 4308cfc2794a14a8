"""Image files: pixels as they are, made to fit, and refused where they are no images."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import BadInputError
from core.formats.images import MAX_PIXELS, resized
from core.formats.images import read_image as decoded_image
from core.formats.reading.image_sets import grey_if_all_are, read_folder


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(8)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """Saves an image under a name and returns where."""

    def save(image: Image.Image, name: str, **options: Any) -> Path:
        path = tmp_path / name
        image.save(path, **options)
        return path

    return save


def read_image(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the pixels of an image laid over white, and what was converted."""
    image = decoded_image(path).opaque()
    return image.pixels, image.notes


def noise(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.integers(0, 256, shape, dtype=np.uint8)


def huge_png(width: int, height: int) -> bytes:
    """Return a PNG that declares a size and holds next to nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(("mode", "shape"), [("L", (9, 7)), ("RGB", (9, 7, 3))])
def test_grey_and_rgb_pictures_are_read_as_they_are(
    mode: str, shape: tuple[int, ...], saved: Callable[..., Path], rng: np.random.Generator
) -> None:
    levels = noise(rng, *shape)
    read, notes = read_image(saved(Image.fromarray(levels), "some.png"))
    assert np.array_equal(read, levels)
    assert notes == ()


def test_a_palette_is_made_rgb_and_said(saved: Callable[..., Path], rng: np.random.Generator) -> None:
    colours = np.array([[255, 0, 0], [0, 200, 0]], dtype=np.uint8)[rng.integers(0, 2, (8, 8))]
    path = saved(Image.fromarray(colours).convert("P", palette=Image.Palette.ADAPTIVE), "some.png")
    read, notes = read_image(path)
    assert np.array_equal(read, colours)
    assert notes == ("palette made RGB",)


def test_transparent_pixels_are_laid_over_white_and_said(saved: Callable[..., Path]) -> None:
    levels = np.zeros((4, 4, 4), dtype=np.uint8)
    levels[:2] = (10, 20, 30, 255)
    read, notes = read_image(saved(Image.fromarray(levels), "some.png"))
    assert np.array_equal(read[0, 0], [10, 20, 30])
    assert np.array_equal(read[3, 3], [255, 255, 255])
    assert notes == ("transparent pixels laid over white",)


def test_a_grey_picture_with_alpha_stays_grey(saved: Callable[..., Path]) -> None:
    levels = np.array([[[100, 255], [100, 0]]], dtype=np.uint8)
    read, notes = read_image(saved(Image.fromarray(levels), "some.png"))
    assert read.tolist() == [[100, 255]]
    assert notes == ("transparent pixels laid over white",)


def test_sixteen_bits_are_kept_until_all_images_of_a_set_are_known(saved: Callable[..., Path]) -> None:
    levels = np.arange(0, 65536, 257, dtype=np.uint16).reshape(16, 16)
    read, notes = read_image(saved(Image.fromarray(levels), "some.png"))
    assert read.dtype == np.uint16
    assert np.array_equal(read, levels)
    assert notes == ()


def test_cmyk_is_made_rgb_and_said(saved: Callable[..., Path]) -> None:
    read, notes = read_image(saved(Image.new("CMYK", (8, 8), (0, 0, 0, 255)), "some.tif"))
    assert read.shape == (8, 8, 3)
    assert read.max() == 0
    assert notes == ("CMYK made RGB",)


def test_black_and_white_is_made_grey_and_said(saved: Callable[..., Path], rng: np.random.Generator) -> None:
    bits = rng.random((8, 8)) < 0.5
    read, notes = read_image(saved(Image.fromarray(bits), "some.png"))
    assert np.array_equal(read, bits * 255)
    assert notes == ("black and white made grey",)


def test_of_an_animation_the_first_picture_is_read_and_said(saved: Callable[..., Path]) -> None:
    first, second = Image.new("L", (6, 6), 40), Image.new("L", (6, 6), 200)
    read, notes = read_image(saved(first, "some.gif", save_all=True, append_images=[second]))
    assert np.unique(read).tolist() == [40]
    assert "only the first image of an animation or of several pages" in notes


def test_a_picture_that_lies_on_its_side_is_set_upright(saved: Callable[..., Path], rng: np.random.Generator) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    levels = noise(rng, 4, 6)
    read, _ = read_image(saved(Image.fromarray(levels), "some.png", exif=exif))
    assert np.array_equal(read, np.rot90(levels, -1))


def test_floating_point_numbers_are_read_as_they_are(saved: Callable[..., Path], rng: np.random.Generator) -> None:
    values = rng.random((4, 5), dtype=np.float32)
    read, _ = read_image(saved(Image.fromarray(values), "some.tif"))
    assert np.array_equal(read, values)


@pytest.mark.parametrize("side", [60_000, 10_000])
def test_a_huge_picture_is_refused_by_its_header(side: int, tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(huge_png(side, side))
    with pytest.raises(BadInputError, match=rf"huge.png: it has .* pixels; {MAX_PIXELS} are the most that is read"):
        read_image(path)


@pytest.mark.parametrize("content", ['<svg xmlns="http://www.w3.org/2000/svg"/>', '<?xml version="1.0"?>\n<svg/>'])
def test_an_svg_is_refused_with_what_to_do(content: str, tmp_path: Path) -> None:
    path = tmp_path / "drawing"
    path.write_text(content)
    with pytest.raises(BadInputError, match="drawing: an SVG is a drawing, which has no pixels; export it as PNG"):
        read_image(path)


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "webp", "bmp", "tif"])
def test_a_truncated_picture_is_refused(suffix: str, saved: Callable[..., Path], rng: np.random.Generator) -> None:
    path = saved(Image.fromarray(noise(rng, 64, 64)), f"some.{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(BadInputError, match=rf"some.{suffix}: this (image is damaged|is no image)"):
        read_image(path)


def test_random_bytes_are_no_picture(tmp_path: Path, rng: np.random.Generator) -> None:
    path = tmp_path / "some.dat"
    path.write_bytes(noise(rng, 3000).tobytes())
    with pytest.raises(BadInputError, match="this is no image that can be read"):
        read_image(path)


def test_postscript_never_starts_a_program(tmp_path: Path) -> None:
    path = tmp_path / "some.eps"
    path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")
    with pytest.raises(BadInputError, match="this is no image that can be read"):
        read_image(path)


def test_a_folder_is_read_in_the_order_of_names_and_leaves_out_what_is_no_picture(
    saved: Callable[..., Path], tmp_path: Path, rng: np.random.Generator
) -> None:
    levels = noise(rng, 3, 8, 8)
    (tmp_path / "inner").mkdir()
    for name, image in zip(("b.png", "a.png", "inner/c.png"), levels, strict=True):
        saved(Image.fromarray(image), name)
    saved(Image.fromarray(noise(rng, 64, 64)), "cut.jpg")
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(cut.read_bytes()[:700])
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden.png").write_bytes(b"whatever")
    images, notes = read_folder(tmp_path)
    assert [image.tobytes() for image in images] == [levels[index].tobytes() for index in (1, 0, 2)]
    assert set(notes) == {
        "left out: this image is damaged or cut off (1 file)",
        "left out: this is no image that can be read (1 file)",
    }


def test_grey_pictures_among_coloured_ones_are_made_rgb(
    saved: Callable[..., Path], tmp_path: Path, rng: np.random.Generator
) -> None:
    grey = noise(rng, 5, 5)
    saved(Image.fromarray(grey), "a.png")
    saved(Image.fromarray(noise(rng, 5, 5, 3)), "b.png")
    images, notes = read_folder(tmp_path)
    assert [image.shape for image in images] == [(5, 5, 3), (5, 5, 3)]
    assert np.array_equal(images[0][..., 1], grey)
    assert notes == ("grey among coloured ones made RGB (1 file)",)


@pytest.mark.parametrize("content", [None, "text"])
def test_a_folder_with_no_picture_is_refused(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "readme.txt").write_text(content)
    with pytest.raises(BadInputError, match="there is no image in this folder"):
        read_folder(tmp_path)


def test_rgb_without_colour_is_grey(rng: np.random.Generator) -> None:
    grey = noise(rng, 6, 6)
    colourless, coloured = np.repeat(grey[..., None], 3, axis=2), noise(rng, 6, 6, 3)
    assert np.array_equal(grey_if_all_are([colourless])[0], grey)
    assert grey_if_all_are([colourless, coloured])[0].shape == (6, 6, 3)


def test_resizing_keeps_the_middle_square() -> None:
    wide = np.zeros((10, 30), dtype=np.uint8)
    wide[:, 10:20] = 77
    tall = np.ascontiguousarray(wide.T)
    found = resized([wide, tall], 5)
    assert found.shape == (2, 5, 5)
    assert np.unique(found).tolist() == [77]
    assert resized([np.zeros((8, 9, 3), dtype=np.uint8)], 4).shape == (1, 4, 4, 3)


def test_warnings_of_pillow_reach_nobody(saved: Callable[..., Path], tmp_path: Path) -> None:
    palette = Image.new("P", (4, 4))
    path = saved(palette, "some.png", transparency=b"\x00\x80")
    code = f"from pathlib import Path; from core.formats.images import read_image; read_image(Path({str(path)!r}))"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_damaged_tiff_is_silent(saved: Callable[..., Path], capfd: pytest.CaptureFixture[str]) -> None:
    path = saved(Image.new("L", (64, 64), 7), "some.tif", compression="tiff_lzw")
    content = bytearray(path.read_bytes())
    content[10:60] = bytes(50)
    path.write_bytes(content)
    with pytest.raises(BadInputError, match="damaged"):
        read_image(path)
    assert capfd.readouterr() == ("", "")
