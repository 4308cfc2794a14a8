"""One file is the same data through every door, whatever its format, its type, its range and the order of its axes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

from core.data.files_for_model import read_example, read_examples
from core.data.images import StoredImages
from core.data.user_data import read_data
from core.errors import BadInputError

TYPES = ("uint8", "uint16", "int16", "float16", "float32", "float64")
RANGES = {"0 … 1": (0, 1), "-1 … 1": (-1, 1), "0 … 255": (0, 255), "0 … 65535": (0, 65535), "0 … 4095": (0, 4095)}
KINDS = {"grey": 0, "RGB": 3, "RGBA": 4}
COUNT, SIDE = 12, 6


def levels_of(channels: int) -> np.ndarray:
    """Return images whose levels 0 … 255 all occur, opaque where they have an alpha channel: [N, H, W(, channels)]."""
    rng = np.random.default_rng(4)
    shape = (COUNT, SIDE, SIDE) + ((channels,) if channels else ())
    levels = rng.integers(0, 256, shape, dtype=np.uint8)
    levels.flat[:2] = 0, 255
    if channels == KINDS["RGBA"]:
        levels[..., 3] = 255
        levels[0, 2, 2, 3] = 128
    return levels


def in_range(levels: np.ndarray, low: float, high: float, kind: str) -> np.ndarray | None:
    """Return ``levels`` as numbers of a type between ``low`` and ``high``, or None where it cannot hold these."""
    values = low + levels.astype(np.float64) * ((high - low) / 255)
    dtype = np.dtype(kind)
    if dtype.kind in "iu":
        if low < np.iinfo(dtype).min or high > np.iinfo(dtype).max:
            return None
        return np.rint(values).astype(dtype)
    if high > float(np.finfo(dtype).max):
        return None
    return np.rint(values).astype(dtype) if high > 255 else values.astype(dtype)


def expected(values: np.ndarray, low: float, high: float, channels: int) -> np.ndarray:
    """Return the levels that stand for ``values`` between ``low`` and ``high``, laid over white."""
    found = np.rint((values.astype(np.float64) - low) * (255 / (high - low)))
    if channels == KINDS["RGBA"]:
        alpha = found[..., 3:] / 255
        found = np.floor(found[..., :3] * alpha + 255 * (1 - alpha) + 0.5)
    return found


def write(values: np.ndarray, name: str, folder: Path) -> str:
    """Write ``values`` in the format that ``name`` says and return what to read."""
    path = folder / name
    match name:
        case "x.npy":
            np.save(path, values)
        case "x.npz":
            np.savez_compressed(path, images=values, labels=np.arange(len(values)))
        case "x.data":
            with h5py.File(path, "w") as file:
                file.create_dataset("deep/images", data=values, compression="gzip")
                file["labels"] = np.arange(len(values))
            return f"{path}:/deep/images"
    return str(path)


def doors(path: str, folder: Path) -> list[np.ndarray]:
    """Return the levels that each door takes from ``path``, all in the order of the file."""
    trained = read_data(path)
    source = trained.source
    assert isinstance(source, StoredImages)
    assert isinstance(source.held_out, StoredImages)
    stored = np.concatenate([source.stored, source.held_out.stored])
    given = read_examples(path, trained.info, "gaussian").values
    assert len(stored) > len(given) // 2
    assert {image.tobytes() for image in stored} <= {image.astype(np.uint8).tobytes() for image in given}
    return [given]


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x.data"])
@pytest.mark.parametrize("first", [False, True], ids=["channels last", "channels first"])
@pytest.mark.parametrize("image_kind", KINDS)
@pytest.mark.parametrize("span", RANGES)
@pytest.mark.parametrize("kind", TYPES)
def test_an_array_is_the_same_data_through_every_door(
    kind: str, span: str, image_kind: str, first: bool, name: str, tmp_path: Path
) -> None:
    channels, (low, high) = KINDS[image_kind], RANGES[span]
    if first and not channels:
        pytest.skip("grey images have one order of axes")
    values = in_range(levels_of(channels), low, high, kind)
    if values is None:
        pytest.skip("the type does not hold these values")
    whole_unit = high <= 1 and values.dtype.kind in "iu"
    path = write(np.moveaxis(values, -1, 1) if first else values, name, tmp_path)
    trained = read_data(path)
    wanted = expected(values, low, high, channels)
    (given,) = doors(path, tmp_path)
    if not (whole_unit and channels == KINDS["RGBA"]):
        assert np.array_equal(given, wanted)
    single = tmp_path / "one.npy"
    np.save(single, np.moveaxis(values[0], -1, 0) if first else values[0])
    alone = read_example(str(single), trained.info, "gaussian")
    assert np.array_equal(alone.values, given[0])


def image_file(values: np.ndarray, suffix: str) -> bytes | None:
    """Return one image as a file, or None where the format cannot hold it."""
    content = io.BytesIO()
    try:
        Image.fromarray(values).save(content, {"png": "PNG", "tif": "TIFF"}[suffix])
    except (OSError, TypeError, KeyError):
        return None
    return content.getvalue()


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("image_kind", KINDS)
@pytest.mark.parametrize("span", RANGES)
@pytest.mark.parametrize("kind", TYPES)
def test_image_files_are_the_same_data_through_every_door_as_an_array_of_them(
    kind: str, span: str, image_kind: str, suffix: str, tmp_path: Path
) -> None:
    channels, (low, high) = KINDS[image_kind], RANGES[span]
    values = in_range(levels_of(channels), low, high, kind)
    contents = [] if values is None else [image_file(image, suffix) for image in values]
    if values is None or None in contents or (span == "0 … 1" and image_kind == "RGBA"):
        pytest.skip("an opacity of 1 in 255 is transparent, or neither the type nor the format holds these values")
    (tmp_path / "images").mkdir()
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as archive:
        for number, content in enumerate(contents):
            assert content is not None
            (tmp_path / "images" / f"{number:02}.{suffix}").write_bytes(content)
            archive.writestr(f"{number:02}.{suffix}", content)
    np.save(tmp_path / "x.npy", values)
    info = read_data(str(tmp_path / "x.npy")).info
    as_array = read_examples(str(tmp_path / "x.npy"), info, "gaussian").values
    for path in (tmp_path / "images", tmp_path / "images.zip"):
        (given,) = doors(str(path), tmp_path)
        assert np.array_equal(given, as_array)
    alone = read_example(str(tmp_path / "images" / f"00.{suffix}"), info, "gaussian")
    assert np.array_equal(alone.values, as_array[0])


@pytest.mark.parametrize(
    ("trained", "later", "both"),
    [
        (np.linspace(-1, 1, 360), np.linspace(0, 1, 36), ("0 … 1", "-1 … 1")),
        (np.arange(0, 4096, 4096 // 360)[:360], np.arange(36), ("0 … 255", "0 … 4095")),
        (np.arange(360), np.full(36, 4000), ("4000", "0 … 511")),
    ],
)
def test_a_file_whose_scale_cannot_be_that_of_the_model_is_refused_with_both_ranges(
    trained: np.ndarray, later: np.ndarray, both: tuple[str, str], tmp_path: Path
) -> None:
    np.save(tmp_path / "trained.npy", trained.reshape(10, 6, 6))
    np.save(tmp_path / "later.npy", later.reshape(6, 6))
    info = read_data(str(tmp_path / "trained.npy")).info
    with pytest.raises(BadInputError) as caught:
        read_example(str(tmp_path / "later.npy"), info, "gaussian")
    assert all(part in str(caught.value) for part in both)
    assert str(caught.value).startswith(str(tmp_path / "later.npy"))


def test_a_darker_image_of_the_same_depth_is_brought_to_the_models_scale(tmp_path: Path) -> None:
    np.save(tmp_path / "trained.npy", np.arange(0, 4096, 4096 // 360)[:360].astype(np.uint16).reshape(10, 6, 6))
    np.save(tmp_path / "later.npy", np.full((6, 6), 819, np.uint16))
    info = read_data(str(tmp_path / "trained.npy")).info
    assert (read_example(str(tmp_path / "later.npy"), info, "gaussian").values == 51).all()
