"""The files that the driver opens: sound checkpoints of every kind, damaged ones, data and images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from core.data.formulas import Heartbeat
from core.formats.checkpoints import save
from core.networks.empirical import EmpiricalNetwork
from core.processes.schedules import constant_erasure
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo
from tests.support.window_values import make_bound, make_checkpoint, make_images

SOUND = ("points", "points_bound", "wide", "bits", "bits_long", "tiny", "images", "chain", "colour", "large")
DAMAGED = ("cut", "text", "empty", "gone")
DATA = (
    "points.npy",
    "points.csv",
    "bits.npy",
    "images.npy",
    "image.png",
    "mask.png",
    "big.png",
    "broken.png",
    "notes.txt",
)


def make(folder: Path) -> list[Path]:
    """Write all files to ``folder``, and return their paths; that of "gone" names no file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, checkpoint in _checkpoints().items():
        save(checkpoint, folder / f"{name}.h5")
    _damage(folder)
    _write_data(folder)
    return [folder / name for name in (*(f"{each}.h5" for each in (*SOUND, *DAMAGED)), *DATA)]


def _checkpoints() -> dict[str, Checkpoint]:
    return {
        "points": make_checkpoint(40),
        "points_bound": make_checkpoint(9, title="Other cloud", bound=make_bound(9)),
        "wide": make_checkpoint(6, shape=(5,)),
        "bits": _bits(20),
        "bits_long": _bits(200, title="Long bits"),
        "tiny": make_images(3, (2, 3), count=1, title="Tiny"),
        "images": make_images(24),
        "chain": make_images(150, (9, 7), title="Chain"),
        "colour": make_images(12, (8, 6, 3), count=9, title="Colour"),
        "large": make_images(60, (32, 32, 3), title="Large"),
    }


def _bits(steps: int, title: str = "Bits") -> Checkpoint:
    source = Heartbeat()
    network = EmpiricalNetwork.of(source.support())
    info = DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(20), np.ones(20), source.support())
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    return make_checkpoint(
        title=title,
        kind="binomial",
        betas=constant_erasure(steps, first=1e-3),
        network=NetworkInfo(network.kind, network.config, weights),
        data=info,
    )


def _damage(folder: Path) -> None:
    sound = (folder / "points.h5").read_bytes()
    (folder / "cut.h5").write_bytes(sound[: len(sound) // 2])
    (folder / "text.h5").write_text("no HDF5 at all\n")
    (folder / "empty.h5").write_bytes(b"")


def _write_data(folder: Path) -> None:
    rng = np.random.default_rng(5)
    points = rng.standard_normal((60, 2)).astype(np.float32)
    np.save(folder / "points.npy", points)
    np.savetxt(folder / "points.csv", points, delimiter=",", header="x,y", comments="")
    np.save(folder / "bits.npy", (rng.random((12, 20)) < 0.5).astype(np.uint8))
    np.save(folder / "images.npy", rng.integers(0, 256, (10, 8, 8)).astype(np.uint8))
    Image.fromarray(rng.integers(0, 256, (8, 8)).astype(np.uint8)).save(folder / "image.png")
    Image.fromarray(np.where(rng.random((8, 8)) < 0.5, 255, 0).astype(np.uint8)).save(folder / "mask.png")
    Image.fromarray(rng.integers(0, 256, (300, 500, 3)).astype(np.uint8)).save(folder / "big.png")
    (folder / "broken.png").write_bytes((folder / "image.png").read_bytes()[:40])
    (folder / "notes.txt").write_text("neither data nor a model\n")
