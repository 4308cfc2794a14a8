"""Files of several arrays: which one is read without a choice, and what is said where one must be chosen."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from core.formats.arrays import SeveralArraysError
from core.formats.reading.contents import Contents, read_contents

SHAPES = {"first": (4, 2), "second": (3, 2), "labels": (4,)}


def write(path: Path) -> None:
    arrays: dict[str, Any] = {name: np.zeros(shape) for name, shape in SHAPES.items()}
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    else:
        with h5py.File(path, "w") as file:
            file.update(arrays)


def here(path: Path) -> Contents:
    return read_contents(path)


def in_a_thread(path: Path) -> Contents:
    """Read in a thread, where the process cannot be forked."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(read_contents, path).result()


@pytest.mark.parametrize("name", ["a.npz", "a.h5", "a.dat"])
@pytest.mark.parametrize("read", [here, in_a_thread])
def test_arrays_to_choose_from_are_known_by_name_and_shape(
    name: str, read: Callable[[Path], Contents], tmp_path: Path
) -> None:
    write(tmp_path / name)
    with pytest.raises(SeveralArraysError) as refused:
        read(tmp_path / name)
    assert refused.value.shapes == SHAPES
    text = str(refused.value)
    assert text.startswith(f"{tmp_path / name}: there are several arrays in it: ")
    assert text.endswith(f"choose one as in {tmp_path / name}:/first")
    assert all(f"{label} ({' x '.join(map(str, shape))})" in text for label, shape in SHAPES.items())


def test_of_one_array_with_rows_there_is_no_choice(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", labels=np.zeros(4), points=np.ones((4, 2)))
    assert read_contents(tmp_path / "a.npz").notes == ("the array points",)
