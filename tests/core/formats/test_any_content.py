"""Readers given any bytes, and sound files made wrong in a few places: they give values, or one error in one line."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.errors import DpmError
from core.formats.arrays import IDX_TYPES, read_idx, read_npy, read_npz
from core.formats.cifar import RECORD, read_cifar
from core.formats.images import read_image
from core.formats.requests import load_request, save_request
from core.formats.schedules import read_schedule
from core.values.inpainting import InpaintingRequest
from tests.support.properties import damaged, examples, npy, outcome

# What numpy says of headers as Python 2 wrote them, which it reads.
pytestmark = pytest.mark.filterwarnings("ignore:Reading `.npy`")
Read = Callable[[Path], Any]
RNG = np.random.default_rng(0)
LEVELS = RNG.integers(0, 256, (7, 5, 3), dtype=np.uint8)


def bytes_of(write: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def image(format_: str, levels: np.ndarray = LEVELS) -> bytes:
    return bytes_of(lambda file: Image.fromarray(levels).save(file, format_))


def request_bytes(folder: Path) -> bytes:
    request = InpaintingRequest(RNG.normal(size=(3, 4)), RNG.random((3, 4)) < 0.5, count=2, seed=1, threads=1)
    save_request(request, folder / "sound.npz")
    return (folder / "sound.npz").read_bytes()


READERS: dict[str, Read] = {
    "npy": read_npy,
    "npz": lambda path: read_npz(path, None),
    "idx": read_idx,
    "CIFAR": read_cifar,
    "image": read_image,
    "request": load_request,
    "schedule": read_schedule,
}
IDX = struct.pack(">BBBBII", 0, 0, 8, 2, 3, 4) + bytes(range(12))
BATCH = {b"data": RNG.integers(0, 256, (2, RECORD - 1), dtype=np.uint8), b"labels": [3, 1], b"batch_label": b"one"}
SOUND: dict[str, tuple[str, bytes]] = {
    "npy": ("npy", bytes_of(lambda file: np.save(file, RNG.normal(size=(3, 2))))),
    "npy of rates": ("schedule", bytes_of(lambda file: np.save(file, np.array([0.1, 0.2, 1.0])))),
    "npz": ("npz", bytes_of(lambda file: np.savez_compressed(file, a=RNG.normal(size=(3, 2)), b=np.arange(3)))),
    "idx": ("idx", IDX),
    "packed idx": ("idx", gzip.compress(IDX, mtime=0)),
    "CIFAR of bytes": ("CIFAR", bytes(2 * RECORD)),
    "CIFAR of Python": ("CIFAR", pickle.dumps(BATCH, protocol=2)),
    "PNG": ("image", image("PNG")),
    "JPEG": ("image", image("JPEG")),
    "GIF": ("image", image("GIF", LEVELS[..., 0])),
    "BMP": ("image", image("BMP")),
    "TIFF": ("image", image("TIFF")),
    "WEBP": ("image", image("WEBP")),
    "PPM": ("image", image("PPM")),
    "text of rates": ("schedule", b"beta\n0.1, 0.2\n0.5  # half\n1\n"),
}


@pytest.mark.parametrize("kind", READERS)
def test_any_bytes_are_values_or_one_error(kind: str, tmp_path: Path) -> None:
    @examples(60)
    @given(st.binary(max_size=300))
    def holds(content: bytes) -> None:
        outcome(READERS[kind], tmp_path / "any", content)

    holds()


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file_is_read_and_a_damaged_one_gives_values_or_one_error(name: str, tmp_path: Path) -> None:
    kind, sound = SOUND[name]
    assert not isinstance(outcome(READERS[kind], tmp_path / "sound", sound), DpmError)

    @examples(60)
    @given(damaged(sound))
    def holds(content: bytes) -> None:
        outcome(READERS[kind], tmp_path / "damaged", content)

    holds()


def test_a_damaged_request_is_a_request_or_one_error(tmp_path: Path) -> None:
    @examples(60)
    @given(damaged(request_bytes(tmp_path)))
    def holds(content: bytes) -> None:
        found = outcome(load_request, tmp_path / "damaged.npz", content)
        assert isinstance(found, InpaintingRequest | DpmError)

    holds()


sizes = st.lists(st.one_of(st.integers(-2, 5), st.sampled_from((2**31, 2**62, 2**64))), max_size=5)
types = st.sampled_from(
    ("'<f8'", "'|b1'", "'>i2'", "'<U3'", "'|O'", "'<c8'", "[('a', '<f4')]", "'nonsense'", "3", "None")
)


@examples(150)
@given(
    types,
    st.booleans(),
    sizes,
    st.binary(max_size=64),
    st.sampled_from(((1, 0), (2, 0), (3, 0), (9, 9))),
    st.booleans(),
)
def test_an_npy_file_may_declare_what_it_will(
    tmp_path_factory: pytest.TempPathFactory,
    dtype: str,
    fortran: bool,
    shape: list[int],
    data: bytes,
    version: tuple[int, int],
    more: bool,
) -> None:
    header = f"{{'descr': {dtype}, 'fortran_order': {fortran}, 'shape': {tuple(shape)!r}{', 1: 2' * more}}}"
    path = tmp_path_factory.getbasetemp() / "declares.npy"
    for read in (read_npy, read_schedule):
        outcome(read, path, npy(header, data, version))


@examples(100)
@given(st.sampled_from((*IDX_TYPES, 0, 255)), st.integers(0, 5), sizes, st.binary(max_size=64))
def test_an_idx_file_may_declare_what_it_will(
    tmp_path_factory: pytest.TempPathFactory, type_: int, dimensions: int, shape: list[int], data: bytes
) -> None:
    head = bytes((0, 0, type_, dimensions)) + b"".join(struct.pack(">I", size % 2**32) for size in shape)
    outcome(read_idx, tmp_path_factory.getbasetemp() / "declares.idx", head + data)


plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(max_size=8), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from((b"data", "data", b"x")), inner)
    ),
    max_leaves=6,
)


@examples(100)
@given(plain, st.integers(0, 5))
def test_a_batch_of_cifar_may_hold_any_plain_values(
    tmp_path_factory: pytest.TempPathFactory, values: object, protocol: int
) -> None:
    outcome(read_cifar, tmp_path_factory.getbasetemp() / "batch", pickle.dumps(values, protocol))


@examples(150)
@given(st.text(alphabet="0123456789.,;eE+-# \n\tnaif_β", max_size=60))
def test_text_is_rates_or_one_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    found = outcome(read_schedule, tmp_path_factory.getbasetemp() / "rates.csv", text.encode())
    assert isinstance(found, DpmError) or ((found > 0).all() and (found <= 1).all())


values_of_a_record = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(width=32),
    st.booleans(),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    st.lists(st.integers(-3, 3), max_size=4),
)


@examples(100)
@given(
    st.dictionaries(st.sampled_from(("image", "mask", "count", "seed", "start", "known_mode", "x")), values_of_a_record)
)
def test_a_request_may_hold_any_values_under_its_names(
    tmp_path_factory: pytest.TempPathFactory, changed: dict[str, object]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    save_request(InpaintingRequest(np.zeros((2, 2)), np.eye(2, dtype=np.bool_), threads=1), folder / "sound.npz")
    with np.load(folder / "sound.npz") as sound:
        content = bytes_of(lambda file: np.savez(file, **{**sound, **changed}))
    found = outcome(load_request, folder / "changed.npz", content)
    assert isinstance(found, InpaintingRequest | DpmError)
