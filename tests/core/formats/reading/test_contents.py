"""Files, folders and archives that hold other things, too, or are named oddly, or are no files at all."""

from __future__ import annotations

import io
import os
import pickle
import stat
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image

from core.data.user_data import read_data
from core.errors import BadInputError, DpmError
from core.formats.hdf5 import opened_hdf5
from core.formats.reading.contents import located, read_contents

RNG = np.random.default_rng(3)
IMAGES = RNG.integers(0, 256, (12, 8, 9), dtype=np.uint8)
POINTS = RNG.normal(size=(30, 2))


def png(image: np.ndarray) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return content.getvalue()


def npy(values: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, values)
    return content.getvalue()


PHOTOS = {f"{number:02}.png": png(image) for number, image in enumerate(IMAGES)}
RUBBISH = {"Thumbs.db": b"\xd0\xcf\x11\xe0", "notes.txt": b"taken in 2020", "list.csv": b"1,2\n", ".DS_Store": b"\0"}


def archive(path: Path, members: dict[str, bytes], packing: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return path


def reason(path: str | Path) -> str:
    """Return why ``path`` is refused: one line that begins with it."""
    with pytest.raises(BadInputError) as caught:
        read_data(str(path))
    (line,) = str(caught.value).splitlines()
    begin = " ".join(str(path).splitlines()).partition(":/")[0]
    assert line.startswith(begin)
    return line.removeprefix(begin)


# --- archives
@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_of_a_folder_is_read_whatever_else_is_in_it(packing: int, tmp_path: Path) -> None:
    members = {f"my photos/summer/{name}": content for name, content in (PHOTOS | RUBBISH).items()}
    members |= {f"__MACOSX/my photos/summer/._{name}": b"\0\5\x16\7" for name in PHOTOS}
    members["my photos/labels.npy"] = npy(np.arange(12))
    found = read_contents(archive(tmp_path / "photos.zip", members, packing))
    assert np.array_equal(found.images, IMAGES)
    assert found.notes == ("left out: this is no image that can be read (4 files)",)


def test_an_archive_that_points_out_of_itself_is_read_and_writes_nothing(tmp_path: Path) -> None:
    path = archive(tmp_path / "photos.zip", {f"../../{name}": content for name, content in PHOTOS.items()})
    assert len(read_contents(path).images) == 12
    assert list(tmp_path.iterdir()) == [path]


def test_of_an_archive_with_arrays_these_are_read(tmp_path: Path) -> None:
    path = archive(tmp_path / "data.zip", {"README.txt": b"hello", "train/points.npy": npy(POINTS)})
    assert np.array_equal(np.asarray(read_contents(path).array), POINTS)
    assert np.array_equal(np.asarray(read_contents(path, "train/points").array), POINTS)


def test_an_archive_without_images_is_refused(tmp_path: Path) -> None:
    assert "there is no image in this archive" in reason(archive(tmp_path / "a.zip", {"points.csv": b"1,2\n"}))
    assert "this archive is empty" in reason(archive(tmp_path / "b.zip", {".hidden": b""}))
    locked = bytearray(archive(tmp_path / "d.zip", {"0.png": PHOTOS["00.png"]}).read_bytes())
    locked[locked.rfind(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "d.zip").write_bytes(locked)
    assert "this zip is encrypted; unpack it first" in reason(tmp_path / "d.zip")
    bomb = archive(tmp_path / "c.zip", {f"{n}.png": bytes(600 * 2**20) for n in range(2)}, zipfile.ZIP_DEFLATED)
    assert "it unpacks to more than 1073741824 bytes" in reason(bomb)


# --- npz
def test_objects_in_an_npz_are_never_unpacked(tmp_path: Path) -> None:
    np.savez(tmp_path / "only.npz", table=np.array([{}, 1], dtype=object))
    assert "it holds Python objects, which are never unpacked" in reason(tmp_path / "only.npz")
    np.savez(tmp_path / "more.npz", table=np.array([{}, 1], dtype=object), points=POINTS)
    assert np.array_equal(np.asarray(read_contents(tmp_path / "more.npz").array), POINTS)


# --- HDF5
LAYOUTS: dict[str, dict[str, object]] = {
    "chunks": {"chunks": (5, 3, 7)},
    "gzip": {"chunks": (5, 3, 7), "compression": "gzip", "shuffle": True, "fletcher32": True},
    "lzf": {"compression": "lzf", "shuffle": True},
    "growing": {"maxshape": (None, 8, 9)},
}


@pytest.mark.parametrize("kind", ["u1", ">u2", "<i4", ">i8", "<f2", ">f4", "f8"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("user_block", [0, 512, 1024, 8192])
def test_hdf5_is_read_however_it_is_stored(kind: str, layout: str, user_block: int, tmp_path: Path) -> None:
    path = tmp_path / "images"
    with h5py.File(path, "w", userblock_size=user_block) as file:
        file.create_dataset("sample/Größe", data=IMAGES.astype(kind), **LAYOUTS[layout])
    found = read_contents(path)
    assert np.array_equal(np.asarray(found.array), IMAGES)
    assert found.notes == ("the array sample/Größe",)


def test_hdf5_packed_in_other_ways_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "images.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=IMAGES.astype("i4"), scaleoffset=True)
    assert "/x is packed with other filters than lzf, gzip, shuffle and fletcher32, each once; `h5repack" in reason(
        path
    )


def test_lzf_is_for_data_alone_and_never_packs_what_is_packed(tmp_path: Path) -> None:
    path = tmp_path / "images.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=IMAGES, compression="lzf")
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((12, 8, 9))
        plan.set_filter(h5py.h5z.FILTER_LZF, h5py.h5z.FLAG_OPTIONAL)
        plan.set_deflate(1)
        space = h5py.h5s.create_simple((12, 8, 9))
        h5py.Dataset(h5py.h5d.create(file.id, b"twice", h5py.h5t.STD_U8LE, space, plan))[:] = IMAGES
    with opened_hdf5(path) as source, pytest.raises(DpmError, match="other filters than gzip, shuffle and fletcher32"):
        source.dataset(source.root, "x")
    assert "/twice is packed with other filters" in reason(f"{path}:/twice")


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((30, 2), (30, 2)),
        ((8, 9, 30), (30, 8, 9)),
        ((30, 8, 8), (30, 8, 8)),
        ((8, 9, 3), (8, 9, 3)),
        ((8, 9, 3, 30), (30, 8, 9, 3)),
        ((30, 8, 9, 3), (30, 8, 9, 3)),
    ],
)
def test_arrays_of_matlab_have_its_order_of_axes(
    shape: tuple[int, ...], wanted: tuple[int, ...], tmp_path: Path
) -> None:
    values = RNG.normal(size=shape)
    with h5py.File(tmp_path / "x.mat", "w", userblock_size=512) as file:
        file.create_dataset("X", data=values.T).attrs["MATLAB_class"] = np.bytes_(b"double")
        file.create_dataset("#refs#/a", data=np.zeros((4, 4)))
    found = read_contents(tmp_path / "x.mat")
    moved = values if shape == wanted else np.moveaxis(values, -1, 0)
    assert np.array_equal(np.asarray(found.array), moved)
    assert np.asarray(found.array).shape == wanted
    assert found.notes == ("the array X", "axes in MATLAB's order")


# --- CIFAR
class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("protocol", range(6))
def test_no_pickle_runs_whatever_it_is_called(protocol: int, tmp_path: Path) -> None:
    for name in ("data_batch_1", "batch.pkl"):
        batch = {b"data": Trap(tmp_path / "sprung"), b"labels": [0]}
        (tmp_path / name).write_bytes(pickle.dumps(batch, protocol))
        assert reason(tmp_path / name)
    assert reason(tmp_path)
    assert not (tmp_path / "sprung").exists()


# --- folders
def test_a_folder_of_images_may_hold_other_things_links_and_pipes(tmp_path: Path) -> None:
    folder = tmp_path / "my photos"
    (folder / "below" / "deeper").mkdir(parents=True)
    for name, content in (PHOTOS | RUBBISH).items():
        (folder / "below" / name).write_bytes(content)
    os.mkfifo(folder / "pipe.png")
    (folder / "itself").symlink_to(folder)
    (folder / "nowhere.png").symlink_to("nothing.png")
    found = read_contents(folder)
    assert np.array_equal(found.images, IMAGES)
    links = tmp_path / "links"
    links.mkdir()
    for name in PHOTOS:
        (links / name).symlink_to(folder / "below" / name)
    assert np.array_equal(read_contents(links).images, IMAGES)


def test_images_of_a_pixel_or_two_are_refused_in_files_as_in_arrays(tmp_path: Path) -> None:
    Image.fromarray(IMAGES[0, :1, :1]).save(tmp_path / "dot.png")
    assert "images with a side of less than 4 pixels are too small" in reason(tmp_path / "dot.png")


def test_images_that_are_nearly_black_are_said_to_be(tmp_path: Path) -> None:
    np.save(tmp_path / "labels.npy", IMAGES % 3)
    data = read_data(str(tmp_path / "labels.npy"))
    assert "nearly black: their levels reach 2 of 255" in data.sentence
    np.save(tmp_path / "digits.npy", (IMAGES % 17).astype(float))
    assert "nearly black: their levels reach 16 of 255" in read_data(str(tmp_path / "digits.npy")).sentence
    np.save(tmp_path / "photos.npy", IMAGES)
    assert "black" not in read_data(str(tmp_path / "photos.npy")).sentence


# --- what is no file, and odd names
def test_what_is_no_ordinary_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npy")
    for path in (tmp_path / "pipe.npy", "/dev/zero", "/dev/null"):
        assert reason(path) == ": this is not an ordinary file"
    (tmp_path / "X.npy").mkdir()
    assert "there is no image in this folder" in reason(tmp_path / "X.npy")
    (tmp_path / "empty.npy").touch()
    assert reason(tmp_path / "empty.npy") == ": this file is empty"
    (tmp_path / "loop.npy").symlink_to("loop.npy")
    assert "this file cannot be read" in reason(tmp_path / "loop.npy")
    assert "there is no such file" in reason(tmp_path / "nothing.npy")
    assert "File name too long" in reason("n" * 300)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", POINTS)
    (tmp_path / "x.npy").chmod(stat.S_IWUSR)
    assert reason(tmp_path / "x.npy") == ": no permission to read this file"


def test_an_error_of_the_system_while_reading_is_one_line(tmp_path: Path) -> None:
    with (
        pytest.raises(BadInputError, match=r"x.npy: no permission to read this file"),
        located(str(tmp_path / "x.npy")),
    ):
        raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("name", ["two words", "größe", "two\nlines", "a:b", "a:/b", "-x", "~", "100 %", "\udcff"])
def test_a_file_may_have_any_name(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.npy"
    path.parent.mkdir(exist_ok=True)
    np.save(path, POINTS)
    data = read_data(str(path))
    assert len(data.sentence.splitlines()) == 1
    assert data.info.name.isprintable()
    path.write_bytes(b"\x93NUMPY")
    assert "no npy file of numbers" in reason(path)
