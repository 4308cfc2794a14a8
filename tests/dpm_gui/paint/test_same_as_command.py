"""The same files give the same arrays in Paint and in `dpm inpaint`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core import cli
from core.formats import checkpoints
from core.formats.requests import load_request, save_request
from core.runtime.assets import asset
from core.values.checkpoints import NetworkInfo
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.opening import PaintOpener
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.session.session import Session
from tests.support.image_models import images_checkpoint, network_of
from tests.support.painting import save_rings

SHAPE = (9, 11)
OpenFile = Callable[[Callable[[str], object], Path], None]


@pytest.fixture
def paint(session: Session, qtbot: QtBot) -> Iterator[PaintSession]:
    """Paint in view, in which nothing runs by itself."""
    made = PaintSession(session)
    made.set_in_view(True)
    made.set_options(automatic=False)
    yield made
    made.shut_down()
    made.deleteLater()


@pytest.fixture
def opener(paint: PaintSession, session: Session, qtbot: QtBot) -> Iterator[PaintOpener]:
    window = QWidget()
    qtbot.addWidget(window)
    potential = PotentialSession(session, paint.document.undo_stack, window)
    made = PaintOpener(paint, potential, window)
    failed: list[Exception] = []
    made.failed.connect(failed.append)
    yield made
    assert failed == []
    for part in (made, potential):
        part.shut_down()


@pytest.fixture
def read(opener: PaintOpener, qtbot: QtBot) -> OpenFile:
    def open_and_wait(open_file: Callable[[str], object], path: Path) -> None:
        open_file(str(path))
        qtbot.waitUntil(lambda: not opener.busy)

    return open_and_wait


def open_model(session: Session, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.opened_changed):
        session.open(str(path))


def painted(paint: PaintSession, qtbot: QtBot) -> np.ndarray:
    with qtbot.waitSignal(paint.ended, timeout=30_000):
        paint.run()
    assert paint.result is not None
    return np.asarray(paint.result.images)


def inpainted(model: Path, out: Path, *options: object) -> np.ndarray:
    arguments = ["inpaint", str(model), "--count", "4", "--seed", "17", "--out", str(out), *map(str, options)]
    assert cli.main(arguments) == 0
    return np.load(out)


@pytest.fixture
def greys(tmp_path: Path) -> Path:
    """A mask of greys: known, open, and in between."""
    levels = np.zeros(SHAPE, np.uint8)
    levels[2:7, 2:9] = np.linspace(0, 255, 35).reshape(5, 7)
    Image.fromarray(levels).save(tmp_path / "greys.png")
    return tmp_path / "greys.png"


@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("name", ["own.png", "own.npy", "unit.npy", "deep.npy"])
@pytest.mark.parametrize("shape", [SHAPE, (*SHAPE, 3)], ids=["grey", "colour"])
def test_an_image_and_a_mask(
    session: Session,
    paint: PaintSession,
    opener: PaintOpener,
    read: OpenFile,
    greys: Path,
    trusted: None,
    tmp_path: Path,
    soft: bool,
    name: str,
    shape: tuple[int, ...],
    qtbot: QtBot,
) -> None:
    levels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    levels.flat[:2] = 0, 255
    Image.fromarray(levels).save(tmp_path / "own.png")
    np.save(tmp_path / "own.npy", levels)
    np.save(tmp_path / "unit.npy", levels / 255)
    np.save(tmp_path / "deep.npy", levels.astype(np.uint16) * 257)
    save_rings(tmp_path / "rings.h5", shape, steps=5)
    open_model(session, tmp_path / "rings.h5", qtbot)
    paint.set_options(soft=soft)
    read(opener.open, tmp_path / name)
    read(opener.open_mask, greys)
    files = ["--image", tmp_path / name, "--mask", greys, *(["--soft"] if soft else [])]
    wanted = inpainted(tmp_path / "rings.h5", tmp_path / "y.npy", *files)
    assert painted(paint, qtbot).tobytes() == wanted.tobytes()
    known = np.asarray(Image.open(greys)) == 0
    assert (wanted[:, known] == levels[known]).all()


def test_an_image_with_a_hole_of_its_own(
    session: Session,
    paint: PaintSession,
    opener: PaintOpener,
    read: OpenFile,
    trusted: None,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (*SHAPE, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[3:6, 4:9, 3] = 0
    Image.fromarray(pixels).save(tmp_path / "hole.png")
    save_rings(tmp_path / "rings.h5", (*SHAPE, 3), steps=5)
    open_model(session, tmp_path / "rings.h5", qtbot)
    read(opener.open, tmp_path / "hole.png")
    wanted = inpainted(tmp_path / "rings.h5", tmp_path / "y.npy", "--image", tmp_path / "hole.png")
    assert painted(paint, qtbot).tobytes() == wanted.tobytes()


def test_bits_and_their_mask(
    session: Session,
    paint: PaintSession,
    opener: PaintOpener,
    read: OpenFile,
    trusted: None,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    heartbeat = asset("checkpoints/heartbeat_fast.h5")
    open_model(session, heartbeat, qtbot)
    (size,) = paint.example_shape
    bits, mask = np.arange(size) % 5 == 2, np.arange(size) >= 7
    np.save(tmp_path / "bits.npy", bits)
    np.save(tmp_path / "mask.npy", mask)
    paint.set_options(weighted=False, count=4)
    read(opener.open, tmp_path / "bits.npy")
    read(opener.open_mask, tmp_path / "mask.npy")
    assert (paint.document.masked == mask).all()
    wanted = inpainted(heartbeat, tmp_path / "y.npy", "--image", tmp_path / "bits.npy", "--mask", tmp_path / "mask.npy")
    assert painted(paint, qtbot).tobytes() == wanted.tobytes()
    assert (wanted[:, ~mask] == bits[~mask]).all()


def test_a_larger_frame(
    session: Session,
    paint: PaintSession,
    opener: PaintOpener,
    read: OpenFile,
    trusted: None,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    network = network_of("unet")
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    parts = NetworkInfo(network.kind, network.config, weights)
    checkpoints.save(replace(images_checkpoint((8, 8), steps=5), network=parts), tmp_path / "any.h5")
    open_model(session, tmp_path / "any.h5", qtbot)
    pixels = np.random.default_rng(1).integers(0, 256, (10, 12, 2), np.uint8)
    pixels[..., 1] = 255
    pixels[3:6, 4:9, 1] = 0
    Image.fromarray(pixels).save(tmp_path / "hole.png")
    read(opener.open, tmp_path / "hole.png")
    paint.enlarge((3, 0, 2, 1))
    wanted = inpainted(tmp_path / "any.h5", tmp_path / "y.npy", "--image", tmp_path / "hole.png", "--pad", "3,0,2,1")
    assert wanted.shape == (4, 11, 17)
    assert painted(paint, qtbot).tobytes() == wanted.tobytes()


def test_a_soft_request_is_saved_and_opened_again(
    session: Session,
    paint: PaintSession,
    opener: PaintOpener,
    read: OpenFile,
    greys: Path,
    trusted: None,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    save_rings(tmp_path / "rings.h5", SHAPE, steps=5)
    open_model(session, tmp_path / "rings.h5", qtbot)
    paint.set_options(soft=True)
    read(opener.open_mask, greys)
    openness = paint.document.mask.values.copy()
    save_request(paint.request, tmp_path / "soft.npz")
    confidence = load_request(tmp_path / "soft.npz").confidence
    assert confidence is not None
    assert (confidence == 1 - openness).all()
    wanted = inpainted(tmp_path / "rings.h5", tmp_path / "y.npy", "--spec", tmp_path / "soft.npz")
    paint.set_options(soft=False)
    paint.document.clear()
    read(opener.open, tmp_path / "soft.npz")
    assert paint.options.soft
    assert np.abs(paint.document.mask.values - openness).max() < 1e-6
    assert painted(paint, qtbot).tobytes() == wanted.tobytes()
