"""Files of CIFAR: batches of images, and nothing else that a pickle may hold."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core.formats.cifar as cifar
from core.errors import BadInputError
from core.formats.cifar import cifar_batches, read_cifar

REFUSED = "this pickle is no batch of CIFAR, so nothing in it was unpacked"
SPRUNG: list[str] = []


def spring(*_: object) -> None:
    """What no pickle may ever reach."""
    SPRUNG.append("sprung")


class Boobytrap:
    def __reduce__(self) -> tuple[object, ...]:
        return spring, ("x",)


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, (7, 32, 32, 3), dtype=np.uint8)


def flat(images: np.ndarray) -> np.ndarray:
    """Return rows as they are in a batch: all red, then all green, then all blue."""
    return np.ascontiguousarray(np.moveaxis(images, -1, 1).reshape(len(images), -1))


def batch_of(data: np.ndarray) -> dict[object, object]:
    names = [f"picture_{n}.png" for n in range(len(data))]
    return {b"batch_label": b"some batch", b"labels": list(range(len(data))), b"data": data, b"filenames": names}


def as_python_2_wrote_it(images: np.ndarray) -> bytes:
    """Return a batch byte by byte like those of Python 2, which numpy of today writes no more."""

    def text(value: bytes) -> bytes:
        return b"U" + bytes([len(value)]) + value

    content = flat(images).tobytes()
    shape = b"K" + bytes([len(images)]) + b"M" + struct.pack("<H", 3072) + b"\x86q\x08"
    dtype = (
        b"cnumpy\ndtype\nq\x09"
        + text(b"u1")
        + b"K\x00K\x01\x87Rq\x0b(K\x03"
        + text(b"|")
        + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    )
    array = (
        b"cnumpy.core.multiarray\n_reconstruct\nq\x05cnumpy\nndarray\nq\x06K\x00\x85" + text(b"b") + b"\x87R"
        b"(K\x01" + shape + dtype + b"\x89T" + struct.pack("<i", len(content)) + content + b"tb"
    )
    labels = b"]q\x03(" + b"".join(b"K" + bytes([n]) for n in range(len(images))) + b"e"
    items = text(b"labels") + labels + text(b"data") + array + text(b"batch_label") + text(b"training batch 1 of 5")
    return b"\x80\x02}q\x01(" + items + b"u."


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("order", ["C", "F"])
def test_python_batches_are_read_whatever_wrote_them(
    protocol: int, order: Any, tmp_path: Path, images: np.ndarray
) -> None:
    path = tmp_path / "data_batch_1"
    path.write_bytes(pickle.dumps(batch_of(np.array(flat(images), order=order)), protocol))
    assert np.array_equal(read_cifar(path), images)


def test_a_batch_of_python_2_is_read(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "data_batch_1"
    path.write_bytes(as_python_2_wrote_it(images))
    assert np.array_equal(pickle.loads(path.read_bytes(), encoding="bytes")[b"data"], flat(images))  # noqa: S301
    assert np.array_equal(read_cifar(path), images)


def test_binary_batches_are_read(tmp_path: Path, images: np.ndarray) -> None:
    labels = np.arange(7, dtype=np.uint8)[:, None]
    path = tmp_path / "data_batch_1.bin"
    path.write_bytes(np.concatenate([labels, flat(images)], axis=1).tobytes())
    assert np.array_equal(read_cifar(path), images)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "thing",
    [
        Boobytrap(),
        {b"data": Boobytrap()},
        {"data": [1, 2, 3]},
        {b"data": np.zeros((4, 10), dtype=np.uint8)},
        {b"data": np.zeros((4, 3072))},
        {b"data": np.array([Boobytrap()], dtype=object)},
        [1, 2],
        np.zeros((2, 3072), dtype=np.uint8),
        {b"data": Path("/")},
        {b"data": print},
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_a_pickle_that_is_no_batch_is_refused_and_nothing_in_it_runs(
    thing: object, protocol: int, tmp_path: Path
) -> None:
    path = tmp_path / "data_batch_1"
    path.write_bytes(pickle.dumps(thing, protocol))
    with pytest.raises(BadInputError, match=f"data_batch_1: {REFUSED}"):
        read_cifar(path)
    assert SPRUNG == []


@pytest.mark.parametrize(
    "code",
    [
        b"\x80\x02cos\nsystem\nU\x04trueR.",
        b"\x80\x02cbuiltins\neval\nU\x031+1\x85R.",
        b"\x80\x02cnumpy\nload\nU\x01x\x85R.",
        b"\x80\x02cnumpy\ndtype\n(U\x01x}U\x01yU\x01zs\x86b.",
        b"\x80\x02cnumpy\nndarray\nN}U\x0b__setstate_U\x01zs\x86b.",
        b"\x80\x02c_codecs\nencode\n(NtR.",
        b"\x80\x02Nr\xff\xff\xff\x7f.",
        b"\x80\x02Nh\x01.",
        b"\x80\x02(i",
        b"\x80\x02" + b"(" * 100_000 + b".",
        b"\x80\x02" + b"]" + b"(" * 100 + b"e" * 200 + b".",
        b"\x80\x02]\x94",
        b"\x80\x02.",
        b"\x80\x02}U\x04dataK\x01s.",
        b"\x80",
        b"\x80\x09N.",
        b"\x80\x02T\xff\xff\xff\x7fabc",
        b"\x80\x02P12\n.",
        b"\x80\x02S'\\q'\n.",
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff}.",
        b"\x80\x02\x82\x01.",
    ],
)
def test_a_crafted_pickle_is_refused_and_changes_nothing(code: bytes, tmp_path: Path) -> None:
    before = {name: vars(getattr(cifar, name)).copy() for name in ("_Array", "_Type")}
    path = tmp_path / "data_batch_1"
    path.write_bytes(code)
    with pytest.raises(BadInputError, match=REFUSED):
        read_cifar(path)
    assert {name: vars(getattr(cifar, name)).copy() for name in before} == before


def test_cut_off_batches_are_refused(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "data_batch_1"
    whole = pickle.dumps(batch_of(flat(images)), 2)
    for length in (10, 200, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(BadInputError, match=REFUSED):
            read_cifar(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(bytes(5000), "no whole number of records of 3073"), (b"\x0a" + bytes(3072), "its labels are not those of CIFAR")],
)
def test_a_binary_file_that_is_no_batch_is_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "some.bin"
    path.write_bytes(content)
    with pytest.raises(BadInputError, match=f"some.bin: .*{reason}"):
        read_cifar(path)


@pytest.mark.parametrize("suffix", ["", ".bin"])
def test_a_folder_of_batches_is_known_by_their_names(suffix: str, tmp_path: Path) -> None:
    assert cifar_batches(tmp_path) == ([], None)
    for name in ("data_batch_2", "data_batch_1", "test_batch", "batches.meta"):
        (tmp_path / f"{name}{suffix}").write_bytes(b"x")
    batches, test = cifar_batches(tmp_path)
    assert [path.name for path in batches] == [f"data_batch_1{suffix}", f"data_batch_2{suffix}"]
    assert test == tmp_path / f"test_batch{suffix}"
