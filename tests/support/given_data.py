"""Files of data for the small models of the window's tests."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np


def write_points(folder: Path, count: int = 54, name: str = "rings.npy") -> str:
    """Write ``count`` points on a circle, whose radius no example of the small model reaches, and return the path."""
    angles = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    np.save(folder / name, 7.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1))
    return str(folder / name)


def write_arrays(folder: Path, name: str = "several.h5") -> str:
    """Write an HDF5 file of two sets of points and one array of another size, and return its path."""
    with h5py.File(folder / name, "w") as file:
        file["first"] = np.full((12, 2), 3.0) + np.arange(12.0)[:, None]
        file["inner/second"] = np.full((5, 2), -3.0) - np.arange(5.0)[:, None]
        file["wide"] = np.zeros((5, 3))
    return str(folder / name)


def write_images(folder: Path, count: int = 5) -> str:
    """Write ``count`` grey images of 8 x 8 pixels of three levels, and return the path."""
    levels = np.random.default_rng(1).choice(np.array([0, 90, 255], np.uint8), size=(count, 8, 8))
    np.save(folder / "images.npy", levels)
    return str(folder / "images.npy")
