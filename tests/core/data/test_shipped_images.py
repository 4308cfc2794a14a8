"""The images that ship and those that are made: crops, dead leaves, and what is held out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.data.crops import Crops, Field, split_by_columns, without_corner
from core.data.dead_leaves import LARGEST, SMALLEST, DeadLeaves, Discs, paint
from core.data.images import GreyLevelSource, StoredImages, noisy_moments, with_noise
from core.data.registry import source_of
from core.data.shipped_images import IMAGE_SOURCES, MIRRORED, TEXTURES, ColourPatches, Digits, Texture
from core.data.sources import Examples
from core.errors import BadInputError
from core.runtime.assets import asset
from core.values.checkpoints import DataInfo

SOURCES: dict[str, Callable[[], GreyLevelSource]] = {
    "dead_leaves": DeadLeaves,
    "digits": Digits,
    "brick": lambda: Texture("brick"),
    "grass": lambda: Texture("grass", 32),
    "gravel": lambda: Texture("gravel"),
    "colour_patches": ColourPatches,
}


@pytest.fixture(params=list(SOURCES))
def source(request: pytest.FixtureRequest) -> GreyLevelSource:
    return SOURCES[request.param]()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def windows(image: NDArray[np.uint8], side: int) -> set[bytes]:
    """Return all crops of ``side`` x ``side`` pixels there are in ``image``."""
    tops, lefts = image.shape[0] - side + 1, image.shape[1] - side + 1
    return {image[y : y + side, x : x + side].tobytes() for y in range(tops) for x in range(lefts)}


def test_noise_of_a_grey_level_is_taken_off_by_rounding_down(rng: np.random.Generator) -> None:
    levels = np.repeat(np.arange(256, dtype=np.uint8), 4096)
    noisy = with_noise(levels, rng)
    assert noisy.dtype == np.float32
    assert np.array_equal(np.floor(noisy), levels)
    assert noisy.max() < 256


def test_noise_is_uniform(rng: np.random.Generator) -> None:
    noise = with_noise(np.zeros(1_000_000, dtype=np.uint8), rng)
    counts = np.bincount((noise * 16).astype(int), minlength=16)
    expected = len(noise) / 16
    chi_squared = float(np.square(counts - expected).sum() / expected)
    assert chi_squared < 60  # 15 degrees of freedom: above once in ten million


def test_samples_are_pictures_with_noise(source: GreyLevelSource) -> None:
    images = source.images(16, np.random.default_rng(1))
    sample = source.sample(16, np.random.default_rng(1))
    assert images.dtype == np.uint8
    assert sample.dtype == np.float32
    assert sample.shape == (16, *source.shape)
    assert np.array_equal(np.floor(sample), images)


def test_equal_generators_give_equal_samples(source: GreyLevelSource) -> None:
    first, again = (source.sample(70, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, source.sample(70, np.random.default_rng(4)))


def test_units_standardise_the_training_data(source: GreyLevelSource, rng: np.random.Generator) -> None:
    info = source.info(rng)
    states = info.to_model(source.sample(4000, rng)).reshape(4000, -1).astype(np.float64)
    per_picture = states.mean(axis=1)
    assert info.shift.shape == info.scale.shape == ()
    assert abs(states.mean()) < 6 * per_picture.std() / math.sqrt(4000) + 0.02
    assert abs(states.std() - 1) < 0.06
    assert info.grey_level == 1.0
    assert info.value_range == (0, 255)


def test_examples_are_whole_grey_levels_and_few_enough(source: GreyLevelSource, rng: np.random.Generator) -> None:
    examples = source.info(rng).examples
    assert 64 <= len(examples) <= 512
    assert np.array_equal(examples, np.floor(examples))
    assert examples.max() <= 255


def test_the_name_and_shape_of_a_checkpoint_find_the_source(source: GreyLevelSource, rng: np.random.Generator) -> None:
    info = source.info(rng)
    found = source_of(info)
    assert type(found) is type(source)
    assert found.shape == source.shape
    assert np.array_equal(found.sample(8, np.random.default_rng(2)), source.sample(8, np.random.default_rng(2)))
    assert found.held_out.shape == source.shape


@pytest.mark.parametrize("name", list(IMAGE_SOURCES))
@pytest.mark.parametrize("shape", [(5,), (28, 27), (300, 300, 3), (1000, 1000)])
def test_a_shape_that_a_source_has_not_got_leaves_the_examples(name: str, shape: tuple[int, ...]) -> None:
    examples = np.zeros((2, *shape), dtype=np.float32)
    info = DataInfo(name, shape, (0.0, 255.0), np.array(0.0), np.array(1.0), examples, 1.0)
    assert isinstance(source_of(info), Examples)


def test_a_known_name_without_grey_levels_stands_for_its_examples() -> None:
    examples = np.zeros((2, 28, 28), dtype=np.float32)
    info = DataInfo("digits", (28, 28), (0.0, 255.0), np.array(0.0), np.array(1.0), examples)
    assert isinstance(source_of(info), Examples)


def test_examples_of_grey_levels_are_drawn_with_noise(rng: np.random.Generator) -> None:
    levels = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    drawn = Examples("mine", levels, 1.0).sample(1000, rng)
    assert not np.array_equal(drawn, np.floor(drawn))
    assert {image.tobytes() for image in np.floor(drawn)} == {image.tobytes() for image in levels}
    assert np.array_equal(Examples("mine", levels).sample(1000, rng) % 1, np.zeros((1000, 2, 2)))


# --- dead leaves
def painted_slowly(discs: Discs, image: int, side: int) -> NDArray[np.int16]:
    """Return the image pixel by pixel, the first disc over each, -1 where there is none."""
    canvas = np.full((side, side), -1, dtype=np.int16)
    for y in range(side):
        for x in range(side):
            for n in range(discs.x.shape[1]):
                across, down = discs.x[image, n] - (x + 0.5), discs.y[image, n] - (y + 0.5)
                if across**2 + down**2 <= discs.radius[image, n] ** 2:
                    canvas[y, x] = discs.grey[image, n]
                    break
    return canvas


def test_discs_in_front_hide_those_behind(rng: np.random.Generator) -> None:
    size, side = (3, 40), 12
    discs = Discs(
        x=rng.uniform(-8, side + 8, size).astype(np.float32),
        y=rng.uniform(-8, side + 8, size).astype(np.float32),
        radius=rng.uniform(0.3, 8, size).astype(np.float32),
        grey=rng.integers(0, 256, size, dtype=np.uint8),
    )
    canvas = np.full((3, side, side), -1, dtype=np.int16)
    paint(canvas, discs)
    for image in range(3):
        assert np.array_equal(canvas[image], painted_slowly(discs, image, side))
    assert (canvas >= 0).any()


def test_a_disc_behind_reaches_what_is_still_bare(rng: np.random.Generator) -> None:
    leaves = DeadLeaves(8)
    discs = leaves._draw(2, 300, rng)
    canvas = np.full((2, 8, 8), -1, dtype=np.int16)
    paint(canvas, discs)
    found = leaves._behind(np.arange(128), discs).reshape(2, 8, 8)
    assert np.array_equal(canvas, found)


def test_radii_follow_their_law(rng: np.random.Generator) -> None:
    radii = np.sort(DeadLeaves()._draw(100, 1000, rng).radius.reshape(-1).astype(np.float64))
    distribution = (SMALLEST**-2 - radii**-2) / (SMALLEST**-2 - LARGEST**-2)
    steps = np.arange(1, len(radii) + 1) / len(radii)
    assert radii[0] >= SMALLEST * (1 - 1e-6)
    assert radii[-1] <= LARGEST * (1 + 1e-6)
    assert np.abs(distribution - steps).max() < 3 / math.sqrt(len(radii))  # Kolmogorov: above once in thirty million


def test_a_pixel_is_uniform_wherever_it_is(rng: np.random.Generator) -> None:
    images = DeadLeaves(16).images(4000, rng).astype(np.float64)
    error = math.sqrt((256**2 - 1) / 12 / 4000)
    assert np.abs(images.mean(axis=0) - 127.5).max() < 6 * error
    middle, corner = images[:, 8, 8], images[:, 0, 0]
    for pixel in (middle, corner):
        assert abs(pixel.std() - math.sqrt((256**2 - 1) / 12)) < 6 * 40 / math.sqrt(4000)


def test_two_neighbours_are_equal_as_often_as_the_formula_says(rng: np.random.Generator) -> None:
    # Equal where the first disc over either of two pixels is over both: E|A ∩ A+1| / E|A ∪ A+1|, or by chance.
    radius = 1 / np.sqrt(LARGEST**-2 + (np.arange(20_000) + 0.5) / 20_000 * (SMALLEST**-2 - LARGEST**-2))
    both = 2 * radius**2 * np.arccos(0.5 / radius) - 0.5 * np.sqrt(4 * radius**2 - 1)
    one = math.pi * radius**2
    share = both.mean() / (2 * one - both).mean()
    expected = share + (1 - share) / 256
    images = DeadLeaves(32).images(1500, rng)
    for equal in (images[:, :, 1:] == images[:, :, :-1], images[:, 1:] == images[:, :-1]):
        per_picture = equal.reshape(1500, -1).mean(axis=1)
        assert abs(per_picture.mean() - expected) < 5 * per_picture.std() / math.sqrt(1500)


@pytest.mark.parametrize("side", [3, 513])
def test_a_side_out_of_range_is_refused(side: int) -> None:
    with pytest.raises(BadInputError, match=f"side: {side}"):
        DeadLeaves(side)


# --- digits
def test_digits_are_divided_once_and_for_all() -> None:
    digits = Digits()
    held_out = digits.held_out
    assert isinstance(held_out, StoredImages)
    assert digits.stored.shape == (9000, 28, 28)
    assert held_out.stored.shape == (1000, 28, 28)
    assert np.bincount(digits.held_out_labels).tolist() == [100] * 10
    assert len(digits.labels) == 9000
    trained_on = {image.tobytes() for image in digits.stored}
    assert not any(image.tobytes() in trained_on for image in held_out.stored)


def test_labels_go_with_their_digits() -> None:
    digits = Digits()
    held_out = digits.held_out
    assert isinstance(held_out, StoredImages)
    flat = digits.stored.reshape(9000, -1).astype(np.float64)
    means = np.stack([flat[digits.labels == label].mean(axis=0) for label in range(10)])
    tested = held_out.stored.reshape(1000, -1).astype(np.float64)
    nearest = np.square(tested[:, None] - means).sum(axis=-1).argmin(axis=1)
    assert (nearest == digits.held_out_labels).mean() > 0.75  # nearest class means reach four fifths on MNIST


# --- crops
def test_no_training_crop_of_a_texture_touches_the_corner_kept_apart(rng: np.random.Generator) -> None:
    whole = np.zeros((40, 50), dtype=np.uint8)
    whole[-16:, -16:] = 1
    fields, corner = without_corner(whole, 16, (8, 8))
    crops = Crops("some", fields, (8, 8), held_out_data=[corner])
    assert crops.images(5000, rng).max() == 0
    assert crops.held_out.images(500, rng).min() == 1


def test_every_place_outside_the_corner_is_as_likely_as_the_others(rng: np.random.Generator) -> None:
    whole = np.arange(14 * 16, dtype=np.uint8).reshape(14, 16)  # the top left pixel of a crop says where it is
    fields, corner = without_corner(whole, 6, (3, 3))
    places = np.bincount(Crops("some", fields, (3, 3), held_out_data=[corner]).images(84_000, rng)[:, 0, 0])
    allowed = [y * 16 + x for y in range(12) for x in range(14) if y + 3 <= 8 or x + 3 <= 10]
    counts = places[allowed]
    assert places.sum() == counts.sum()
    expected = 84_000 / len(allowed)
    assert np.abs(counts - expected).max() < 6 * math.sqrt(expected)


@pytest.mark.parametrize("name", TEXTURES)
def test_crops_of_a_texture_are_parts_of_it(name: str, rng: np.random.Generator) -> None:
    texture = Texture(name, 64)
    assert texture.whole.shape == (512, 512)
    assert np.array_equal(texture.test_corner, texture.whole[320:, 320:])
    parts, turned = (windows(corner, 64) for corner in (texture.test_corner, texture.test_corner[:, ::-1]))
    crops = [crop.tobytes() for crop in texture.held_out.images(12, rng)]
    assert all(crop in parts or (name in MIRRORED and crop in turned) for crop in crops)
    assert any(crop in turned for crop in crops) == (name in MIRRORED)


def test_colour_crops_are_mirrored_half_of_the_time_and_kept_apart(rng: np.random.Generator) -> None:
    ramp = np.repeat(np.arange(100, dtype=np.uint8)[None, :, None], 40, axis=0).repeat(3, axis=2)
    training, apart = split_by_columns(ramp, 0.25)
    crops = Crops("some", [training], (8, 8), mirrored=True, held_out_data=[apart])
    drawn = crops.images(2000, rng)
    assert drawn.shape == (2000, 8, 8, 3)
    assert drawn.max() < 75
    assert crops.held_out.images(500, rng).min() >= 75
    falling = (drawn[:, 0, 0, 0] > drawn[:, 0, 1, 0]).mean()
    assert abs(falling - 0.5) < 6 * 0.5 / math.sqrt(2000)


def cut_one_by_one(
    fields: Sequence[Field], size: tuple[int, int], count: int, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return what mirrored `Crops` draw, one slice after the other; places count from the end of each field."""
    places = [tuple(side - least + 1 for side, least in zip(field.shape, size, strict=False)) for field in fields]
    ends = np.cumsum([math.prod(down_and_across) for down_and_across in places])
    crops = []
    for place in rng.integers(ends[-1], size=count):
        index = int(np.searchsorted(ends, place, side="right"))
        top, left = divmod(int(ends[index] - 1 - place), places[index][1])
        crops.append(fields[index][top : top + size[0], left : left + size[1]])
    turned = rng.random(count) < 0.5
    return np.stack([crop[:, ::-1] if turn else crop for crop, turn in zip(crops, turned, strict=True)])


@pytest.mark.parametrize("channels", [(), (3,)], ids=["grey", "RGB"])
def test_crops_and_tiles_are_the_slices_of_their_fields(channels: tuple[int, ...], rng: np.random.Generator) -> None:
    size = (4, 5)
    fields = [rng.integers(0, 256, (*shape, *channels), dtype=np.uint8) for shape in ((9, 13), (3, 9), (6, 20))]
    crops = Crops("some", fields, size, mirrored=True)
    fit = [fields[0], fields[2]]
    found = crops.images(300, np.random.default_rng(8))
    assert found.shape == (300, *size, *channels)
    assert found.tobytes() == cut_one_by_one(fit, size, 300, np.random.default_rng(8)).tobytes()
    tiles = [
        field[top : top + 4, left : left + 5]
        for field in fit
        for top in range(0, field.shape[0] - 3, 4)
        for left in range(0, field.shape[1] - 4, 5)
    ]
    assert crops.tiles().shape == (len(tiles), *size, *channels)
    assert crops.tiles().tobytes() == np.stack(tiles).tobytes()


def test_larger_fields_give_more_crops(rng: np.random.Generator) -> None:
    small, large = np.zeros((10, 10), dtype=np.uint8), np.ones((10, 37), dtype=np.uint8)
    crops = Crops("some", [small, large], (8, 8))
    share = crops.images(4000, rng)[:, 0, 0].mean()
    assert abs(share - 30 / 33) < 6 * 0.29 / math.sqrt(4000)


@pytest.mark.parametrize("side", [0, 193])
def test_crops_that_do_not_fit_the_corner_are_refused(side: int) -> None:
    with pytest.raises(BadInputError, match=f"side: {side}"):
        Texture("brick", side)
    with pytest.raises(BadInputError, match="no texture 'wood'"):
        Texture("wood")
    with pytest.raises(BadInputError, match="do not fit"):
        Crops("some", [np.zeros((9, 9), dtype=np.uint8)], (10, 4))


def test_pictures_of_one_grey_are_refused() -> None:
    with pytest.raises(BadInputError, match="all pixels of all images are 7"):
        noisy_moments(np.full((4, 3, 3), 7, dtype=np.uint8))


def test_moments_are_those_of_the_noisy_pixels(rng: np.random.Generator) -> None:
    images = rng.integers(0, 256, (50, 6, 6), dtype=np.uint8)
    mean, deviation = noisy_moments(images[:20], images[20:])
    assert mean == pytest.approx(images.mean() + 0.5)
    assert deviation == pytest.approx(math.sqrt(images.astype(float).var() + 1 / 12))


def test_every_file_of_data_that_ships_is_told_of_with_its_licence_and_all_are_small() -> None:
    folder = Path(__file__).parents[3] / "assets/data"
    files = [path for path in folder.iterdir() if path.name != "README.md"]
    rows = [line.split("|") for line in (folder / "README.md").read_text().splitlines() if line.startswith("| `")]
    assert {row[1].strip().strip("`") for row in rows} == {path.name for path in files}
    assert all(any(word in row[4] for word in ("CC0", "public domain", "MIT")) for row in rows)
    assert sum(path.stat().st_size for path in files) < 4 * 1024**2


def test_the_assets_are_found_in_a_checkout_and_nothing_else_is() -> None:
    assert asset("data/digits.npz") == Path(__file__).parents[3] / "assets/data/digits.npz"
    with pytest.raises(FileNotFoundError, match="data/nothing"):
        asset("data/nothing")
