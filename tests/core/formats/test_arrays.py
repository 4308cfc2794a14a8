"""Arrays from files of every kind: what is read, and what is refused in one line."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.errors import BadCheckpointError, BadInputError
from core.formats import arrays
from core.formats.arrays import MAX_BYTES, read_idx, read_npy, read_npz
from core.formats.hdf5 import UntrustedFile
from core.formats.reading.hdf5_arrays import read_hdf5, read_hdf5_here
from core.formats.sandbox import FileSandbox

IDX_CODES = {"u1": 0x08, "i1": 0x09, ">i2": 0x0B, ">i4": 0x0C, ">f4": 0x0D, ">f8": 0x0E}


class Boobytrap:
    """Runs when it is unpickled."""

    sprung = False

    @classmethod
    def spring(cls) -> None:
        cls.sprung = True

    def __reduce__(self) -> tuple[object, ...]:
        return Boobytrap.spring, ()


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 256, (12, 5, 6), dtype=np.uint8)


def idx(values: np.ndarray, code: str = "u1") -> bytes:
    header = bytes([0, 0, IDX_CODES[code], values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape)
    return header + values.astype(code).tobytes()


def npy_header(shape: tuple[int, ...], kind: str = "|u1") -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": kind, "fortran_order": False, "shape": shape})
    return stream.getvalue()


# --- npy and npz
def test_an_npy_comes_back_as_it_went(tmp_path: Path, images: np.ndarray) -> None:
    for number, values in enumerate((images, np.asfortranarray(images), images.astype(">f8"), images > 9)):
        np.save(tmp_path / f"{number}.npy", values)
        assert np.array_equal(read_npy(tmp_path / f"{number}.npy"), values)


def test_an_npy_of_objects_is_refused_and_nothing_in_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "objects.npy"
    np.save(path, np.array([Boobytrap(), Boobytrap()], dtype=object), allow_pickle=True)
    with pytest.raises(BadInputError, match=r"objects.npy: it holds Python objects, which are never unpacked"):
        read_npy(path)
    assert not Boobytrap.sprung


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no npy", "no npy file"),
        (b"\x93NUMPY\x01\x00", "no npy file"),
        (b"\x93NUMPY\x09\x00" + bytes(40), "no npy file"),
        (npy_header((10**9, 10**3)), "are the most that is read"),
        (npy_header((1000, 1000)) + bytes(1000), "cut off or damaged"),
        (npy_header((2, 2), "<c8") + bytes(32), "complex64, where real numbers are wanted"),
        (npy_header((2,), "<U4") + bytes(32), "where real numbers are wanted"),
        (npy_header((4,), "|O") + bytes(32), "Python objects, which are never unpacked"),
    ],
)
def test_a_bad_npy_is_one_line(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.npy"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=rf"bad.npy: .*{reason}"):
        read_npy(str(path))


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("./none.npy", "there is no such file"),
        ("./folder", "this file cannot be read: "),
        ("a\0b", "this file cannot be read: embedded null byte"),
    ],
)
def test_what_is_no_file_is_named_as_it_was_given(
    path: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    with pytest.raises(BadInputError) as caught:
        read_npy(path)
    assert str(caught.value).startswith(f"{path}: {reason}")


def test_of_an_npz_the_only_array_with_rows_is_taken(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "some.npz"
    np.savez_compressed(path, labels=np.arange(12), images=images)
    chosen, values = read_npz(path, None)
    assert chosen == "images"
    assert np.array_equal(values, images)


def test_of_several_arrays_one_has_to_be_chosen(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "some.npz"
    np.savez(path, train=images, test=images[:3])
    with pytest.raises(BadInputError, match=r"train \(12 x 5 x 6\), test \(3 x 5 x 6\); choose one .*npz:/train"):
        read_npz(path, None)
    assert np.array_equal(read_npz(path, "test")[1], images[:3])
    with pytest.raises(BadInputError, match="no array 'other' in it; there are: train"):
        read_npz(path, "other")


def test_an_npz_that_packs_well_is_read_and_one_that_unpacks_to_too_much_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "zeros.npz"
    np.savez_compressed(path, x=np.zeros((30, 1024, 1024), np.uint8))
    assert path.stat().st_size < 100_000
    assert read_npz(path, None)[1].shape == (30, 1024, 1024)
    monkeypatch.setattr(arrays, "MAX_BYTES", 20 * 1024**2)
    with pytest.raises(BadInputError, match=r"zeros.npz: x unpacks to \d+ bytes; 20971520 are the most that is read"):
        read_npz(path, None)


def test_an_array_in_an_npz_that_declares_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lie.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", npy_header((1000, 1000)) + bytes(10))
    with pytest.raises(BadInputError, match="cut off or damaged"):
        read_npz(path, None)


@pytest.mark.parametrize("cut", [100, -30])
def test_a_damaged_npz_is_one_line(cut: int, tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "some.npz"
    np.savez_compressed(path, images=images)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(BadInputError, match=r"some.npz: this is a damaged npz file"):
        read_npz(path, None)


def test_a_name_in_no_encoding_in_an_npz_is_one_line(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "some.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("é.npy", b"nothing")
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xfe"))
    with pytest.raises(BadInputError, match=r"some.npz: this is a damaged npz file"):
        read_npz(path, None)


def test_an_npz_of_other_things_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("letter.txt", "hello")
    with pytest.raises(BadInputError, match="no npy file"):
        read_npz(path, None)
    with zipfile.ZipFile(path, "w"):
        pass
    with pytest.raises(BadInputError, match="no array of numbers in it"):
        read_npz(path, None)


# --- idx
@pytest.mark.parametrize("code", list(IDX_CODES))
@pytest.mark.parametrize("packed", [False, True])
def test_idx_comes_back_as_it_went(code: str, packed: bool, tmp_path: Path) -> None:
    values = np.random.default_rng(1).integers(0, 100, (4, 3, 5)).astype(code)
    path = tmp_path / ("some-idx3-ubyte" + (".gz" if packed else ""))
    path.write_bytes(gzip.compress(idx(values, code)) if packed else idx(values, code))
    read = read_idx(path)
    assert np.array_equal(read, values)
    assert read.dtype == np.dtype(code).newbyteorder("=")


def lying(shape: tuple[int, ...], held: int) -> bytes:
    return bytes([0, 0, 8, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + bytes(held)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lying((10, 28, 28), 7839), "declares 10 x 28 x 28 numbers, and fewer follow|which is more than it can hold"),
        (lying((10, 28, 28), 7841), "declares 10 x 28 x 28 numbers, and more follow"),
        (lying((2**32 - 1, 2**32 - 1), 100), "more than it can hold or than is read"),
        (lying((2**20, 28, 28), 100), "more than it can hold or than is read"),
        (bytes([0, 0, 8, 3, 0, 0]), "ends in its header"),
        (bytes([0, 0, 7, 3]) + bytes(20), "magic number"),
        (bytes([0, 0, 8, 9]) + bytes(80), "magic number"),
        (bytes([0]), "magic number"),
    ],
)
def test_an_idx_file_whose_header_lies_is_refused(content: bytes, reason: str, packed: bool, tmp_path: Path) -> None:
    path = tmp_path / "lie-idx"
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(BadInputError, match=reason):
        read_idx(path)


def test_a_gzip_bomb_is_read_no_further_than_it_declares(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(lying((1000,), 64 * 1024**2)))
    with pytest.raises(BadInputError, match="and more follow"):
        read_idx(path)


def test_a_damaged_gzip_is_one_line(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "some.gz"
    whole = gzip.compress(idx(images))
    for content in (whole[:40], whole[:-6], b"\x1f\x8b" + bytes(30)):
        path.write_bytes(content)
        with pytest.raises(BadInputError, match=r"some.gz: this is a damaged idx file"):
            read_idx(path)


# --- HDF5
def test_the_only_array_with_rows_of_an_hdf5_file_is_taken(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "some.h5"
    with h5py.File(path, "w") as file:
        file["inner/pictures"], file["labels"], file["note"] = images, np.arange(12), "hello"
    chosen, values, _ = read_hdf5(path)
    assert chosen == "inner/pictures"
    assert np.array_equal(values, images)


def test_an_array_of_bits_in_an_hdf5_file_is_read_and_in_a_checkpoint_it_is_not(
    tmp_path: Path, images: np.ndarray
) -> None:
    path = tmp_path / "bits.h5"
    with h5py.File(path, "w") as file:
        file["bits"] = images > 99
        with pytest.raises(BadCheckpointError, match=r"bits\.h5: /bits has type bool, where numbers are wanted"):
            UntrustedFile(file, path).array(file, "bits", images.shape)
    chosen, values, _ = read_hdf5(path)
    assert chosen == "bits"
    assert values.dtype == np.bool_
    assert np.array_equal(values, images > 99)


def test_of_several_data_sets_one_has_to_be_chosen(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "some.h5"
    with h5py.File(path, "w") as file:
        file["train"], file["inner/test"] = images, images[:3]
    with pytest.raises(
        BadInputError, match=r"inner/test \(3 x 5 x 6\), train \(12 x 5 x 6\); choose one .*h5:/inner/test"
    ):
        read_hdf5(path)
    assert np.array_equal(read_hdf5(path, "inner/test").values, images[:3])
    with pytest.raises(BadInputError, match="no array 'other'"):
        read_hdf5(path, "other")


def test_an_array_in_another_file_is_not_followed(tmp_path: Path, images: np.ndarray) -> None:
    elsewhere, path = tmp_path / "elsewhere.h5", tmp_path / "some.h5"
    with h5py.File(elsewhere, "w") as file:
        file["pictures"] = images
    with h5py.File(path, "w") as file:
        file["pictures"] = h5py.ExternalLink(str(elsewhere), "pictures")
    with pytest.raises(BadInputError, match="no array of numbers in it"):
        read_hdf5(path)
    layout = h5py.VirtualLayout(shape=images.shape, dtype=images.dtype)
    layout[:] = h5py.VirtualSource(elsewhere, "pictures", shape=images.shape)
    with h5py.File(path, "w") as file:
        file.create_virtual_dataset("pictures", layout)
    with pytest.raises(BadCheckpointError, match="in another file, which is never followed"):
        read_hdf5(path)


def test_what_hdf5_declares_is_checked_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "some.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", shape=(10**6, 10**6), dtype="u1", chunks=(1000, 1000), compression="gzip")
    with pytest.raises(BadCheckpointError, match=f"declares {10**12} bytes; a file may hold {MAX_BYTES}"):
        read_hdf5(path)


def test_a_damaged_hdf5_file_is_refused_by_the_child(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "some.h5"
    with h5py.File(path, "w") as file:
        file["pictures"] = images
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with FileSandbox() as sandbox, pytest.raises(BadCheckpointError, match=r"some.h5: "):
        sandbox.check_data(path, None)
    with pytest.raises(BadCheckpointError, match=r"some.h5: the HDF5 inside is damaged"):
        read_hdf5_here(path)


def test_one_child_answers_for_checkpoints_and_data(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "some.h5"
    with h5py.File(path, "w") as file:
        file["pictures"] = images
    with FileSandbox() as sandbox:
        sandbox.check_data(path, None)
        with pytest.raises(BadCheckpointError, match="no checkpoint"):
            sandbox.check(path)
        sandbox.check_data(path, "pictures")
