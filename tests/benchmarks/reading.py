"""Times reading 60 000 images beside the library of their format alone, in turn.

``python -m tests.benchmarks.reading FORMAT`` prints JSON. What is timed ends with an array of bytes ``[N, 28, 28]``.
Our reader finds out the format and interprets what it holds; the library is told everything.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import h5py
import numpy as np
from PIL import Image

from core.formats.reading.contents import read_contents
from core.formats.reading.interpretation import ImageArrays, interpret
from core.runtime.assets import asset
from tests.benchmarks.models import ratio

COUNT, SIDE = 60_000, 28
IDX_HEADER = 16
ROUNDS = {"npy": 15, "idx.gz": 5, "HDF5": 7, "zip of PNG": 2}
Images = np.ndarray


def images(count: int = COUNT) -> Images:
    """Return ``count`` different images of digits: the shipped ones, shifted and mirrored."""
    with np.load(asset("data/digits.npz")) as shipped:
        digits = shipped["pictures"]
    shifts = range(-(-count // len(digits)))
    return np.concatenate([np.roll(digits[:, :: (-1) ** shift], shift, axis=2) for shift in shifts])[:count]


# --- how each format is written, and read by its library
def write_idx(values: Images, path: Path) -> None:
    path.write_bytes(gzip.compress(bytes((0, 0, 8, 3)) + struct.pack(">3I", *values.shape) + values.tobytes(), 6))


def read_idx(path: Path) -> Images:
    with gzip.open(path) as file:
        return np.frombuffer(file.read(), np.uint8, offset=IDX_HEADER).reshape(-1, SIDE, SIDE)


def write_hdf5(values: Images, path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("images", data=values, chunks=(min(1000, len(values)), SIDE, SIDE), compression="gzip")


def read_hdf5(path: Path) -> Images:
    with h5py.File(path) as file:
        found: Images = file["images"][()]
        return found


def write_zip(values: Images, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number, image in enumerate(values):
            content = io.BytesIO()
            Image.fromarray(image).save(content, "PNG", compress_level=1)
            archive.writestr(f"{number:05}.png", content.getvalue())


def read_zip(path: Path) -> Images:
    found = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            with Image.open(io.BytesIO(archive.read(name))) as image:
                found.append(np.asarray(image))
    return np.stack(found)


FORMATS: Mapping[str, tuple[str, Callable[[Images, Path], None], Callable[[Path], Images]]] = {
    "npy": ("numpy", lambda values, path: np.save(path, values), np.load),
    "idx.gz": ("gzip", write_idx, read_idx),
    "HDF5": ("h5py", write_hdf5, read_hdf5),
    "zip of PNG": ("Pillow", write_zip, read_zip),
}
"""By the name of each format: the library, and what writes and reads it."""


def ours(path: Path) -> Images:
    """Return what our reader makes of the file."""
    found = interpret(read_contents(path))
    if not isinstance(found, ImageArrays):
        raise SystemExit(f"{path}: it was not interpreted as images")
    return np.asarray(found.values)


def main() -> None:
    name = sys.argv[1]
    _, write, read = FORMATS[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"  # whatever the format: ours goes by content, and numpy wants the ending
        write(images(), path)
        beside, seconds = ratio(lambda: ours(path), lambda: read(path), ROUNDS[name])
    print(json.dumps({"ratio": beside, "s": seconds}))


if __name__ == "__main__":
    main()
