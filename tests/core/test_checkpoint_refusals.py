"""Sound HDF5 with a wrong thing in it: each is refused in one line that begins with the file's name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.checkpoint import load, read
from core.errors import BadCheckpointError
from core.model import model_from

Spoil = Callable[[h5py.File], object]


def attribute(place: str, name: str, value: object) -> Spoil:
    """Return what gives the group at ``place`` the attribute, or takes it away where ``value`` is None."""

    def spoil(file: h5py.File) -> None:
        del file[place].attrs[name]
        if value is not None:
            file[place].attrs[name] = value

    return spoil


def replaced(place: str, value: object, **options: object) -> Spoil:
    """Return what puts ``value`` in the place of what is at ``place``; None takes it away."""

    def spoil(file: h5py.File) -> None:
        del file[place]
        if value is not None:
            file.create_dataset(place, data=value, **options)

    return spoil


def declared(place: str, shape: tuple[int, ...], **options: object) -> Spoil:
    """Return what declares a data set of ``shape`` at ``place`` and writes none of it."""

    def spoil(file: h5py.File) -> None:
        del file[place]
        file.create_dataset(place, shape=shape, dtype="f8", **options)

    return spoil


def linked(place: str, link: object) -> Spoil:
    def spoil(file: h5py.File) -> None:
        del file[place]
        file[place] = link

    return spoil


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(5,), dtype="f8")
    layout[:] = h5py.VirtualSource("/etc/hostname", "betas", shape=(5,))
    del file["process/betas"]
    file["process"].create_virtual_dataset("betas", layout)


def external(file: h5py.File) -> None:
    del file["process/betas"]
    file["process"].create_dataset("betas", (5,), "f8", external=[("/etc/hostname", 0, 40)])


def deep(file: h5py.File) -> None:
    file["network"].attrs["config"] = '{"width":' + "[" * 60_000


def several(file: h5py.File) -> None:
    del file["network/weights/first.bias"]
    file["network/weights/first.bias"] = np.arange(6.0)
    file["network/weights/one\ntwo"] = np.array([np.nan])


WIDE = {"dimensions": 2, "width": 8000, "layers": 64, "frequencies": 2, "detail": 1}
NAN, INF = float("nan"), float("inf")
CASES: dict[str, tuple[Spoil, str]] = {
    "no format": (attribute("/", "format", None), "format"),
    "other format": (attribute("/", "format", "dpm-picture"), "format"),
    "format a number": (attribute("/", "format", 3), "format"),
    "newer version": (attribute("/", "version", 2), "version is 2"),
    "version a text": (attribute("/", "version", "1"), "version"),
    "version a fraction": (attribute("/", "version", 1.0), "version"),
    "version two numbers": (attribute("/", "version", [1, 1]), "version"),
    "version empty": (attribute("/", "version", h5py.Empty("i8")), "damaged"),
    "title missing": (attribute("/", "title", None), "title"),
    "title too long": (attribute("/", "title", "x" * 200_000), "title"),
    "title in no encoding": (attribute("/", "title", np.array(b"\xff\xfe", dtype=h5py.string_dtype())), "title"),
    "title empty": (attribute("/", "title", h5py.Empty("S1")), "damaged"),
    "no process": (replaced("process", None), "/process"),
    "process a data set": (replaced("process", np.ones(5)), "/process"),
    "unknown process": (attribute("process", "kind", "poisson\nprocess"), "kind"),
    "steps not those of betas": (attribute("process", "steps", 6), "/process/betas"),
    "steps 0": (attribute("process", "steps", 0), "steps"),
    "steps beyond all": (attribute("process", "steps", 2**40), "steps"),
    "steps beyond 64 bits": (attribute("process", "steps", np.uint64(2**64 - 1)), "steps"),
    "betas missing": (replaced("process/betas", None), "/process/betas"),
    "betas a table": (replaced("process/betas", np.full((5, 1), 0.1)), "/process/betas"),
    "betas a scalar": (replaced("process/betas", 0.1), "/process/betas"),
    "a rate of 0": (replaced("process/betas", [0.1, 0.0, 0.1, 0.1, 0.1]), "step 2"),
    "a rate too small to tell": (replaced("process/betas", [1e-20, 0.1, 0.1, 0.1, 0.1]), "step 1"),
    "a rate above 1": (replaced("process/betas", [0.1, 0.1, 1.1, 0.1, 0.1]), "step 3"),
    "a rate below 0": (replaced("process/betas", [-0.1, 0.1, 0.1, 0.1, 0.1]), "step 1"),
    "a rate that is no number": (replaced("process/betas", [0.1, 0.1, 0.1, 0.1, NAN]), "finite"),
    "betas texts": (replaced("process/betas", [b"a"] * 5), "/process/betas"),
    "betas complex": (replaced("process/betas", np.ones(5, dtype=complex)), "/process/betas"),
    "betas objects": (replaced("process/betas", ["a"] * 5, dtype=h5py.string_dtype()), "/process/betas"),
    "betas references": (replaced("process/betas", [h5py.Reference()] * 5, dtype=h5py.ref_dtype), "/process/betas"),
    "betas records": (replaced("process/betas", np.zeros(5, dtype=[("a", "f8")])), "/process/betas"),
    "betas empty": (replaced("process/betas", h5py.Empty("f8")), "/process/betas"),
    "betas virtual": (virtual, "another file"),
    "betas stored elsewhere": (external, "another file"),
    "betas a link elsewhere": (linked("process/betas", h5py.ExternalLink("/etc/hostname", "/x")), "/process/betas"),
    "a loop of links": (linked("network", h5py.SoftLink("/network")), "/network"),
    "a soft link": (linked("process/betas", h5py.SoftLink("/data/shift")), "link"),
    "training a link elsewhere": (linked("training", h5py.ExternalLink("/etc/hostname", "/")), "/training"),
    "bound a loop of links": (linked("bound", h5py.SoftLink("/bound")), "/bound"),
    "weights of exabytes": (declared("network/weights/first.bias", (2**60,), chunks=(1024,)), "declares"),
    "gigabytes never written": (declared("network/weights/first.bias", (2**27 - 9,)), "declares"),
    "an overflowing size": (declared("network/weights/first.bias", (2**40, 2**40), chunks=(64, 64)), "declares"),
    "a bomb": (
        replaced("network/weights/first.bias", np.zeros(2**22), compression="gzip", chunks=(2**22,)),
        "first.bias",
    ),
    "a strange filter": (replaced("network/weights/first.bias", np.zeros(6), compression="lzf"), "filter"),
    "weights of objects": (replaced("network/weights/first.bias", ["x"], dtype=h5py.string_dtype()), "first.bias"),
    "weights not finite": (replaced("network/weights/first.bias", [0, 0, 0, 0, NAN, 0]), "finite"),
    "weights infinite": (replaced("network/weights/first.bias", [0, 0, 0, 0, -INF, 0]), "finite"),
    "weights too large": (replaced("network/weights/first.bias", np.full(6, 1e300)), "first.bias"),
    "weights of 16 bytes": (replaced("network/weights/first.bias", np.zeros(6, dtype=np.longdouble)), "first.bias"),
    "weights of wrong shape": (replaced("network/weights/first.bias", np.zeros(7)), "first.bias"),
    "weights missing": (replaced("network/weights/first.bias", None), "first.bias"),
    "a name of two lines": (several, "finite"),
    "no weights": (replaced("network/weights", None), "/network/weights"),
    "unknown network": (attribute("network", "kind", "transformer"), "transformer"),
    "config no JSON": (attribute("network", "config", "{"), "JSON"),
    "config a list": (attribute("network", "config", "[]"), "JSON"),
    "config too deep": (deep, "JSON"),
    "config number of 9000 digits": (attribute("network", "config", '{"width": ' + "9" * 9000 + "}"), "JSON"),
    "config too wide": (
        attribute("network", "config", json.dumps(WIDE)),
        "weights",
    ),
    "config incomplete": (attribute("network", "config", '{"dimensions": 2}'), "width"),
    "config of another shape": (attribute("data", "shape", [2, 1]), "/data"),
    "shape negative": (attribute("data", "shape", [-2]), "shape"),
    "shape of fractions": (attribute("data", "shape", [2.0]), "shape"),
    "shape without end": (attribute("data", "shape", [2] * 5), "shape"),
    "range upside down": (attribute("data", "value_range", [1.0, -1.0]), "value_range"),
    "range infinite": (attribute("data", "value_range", [-INF, 1.0]), "value_range"),
    "scale 0": (replaced("data/scale", [1.0, 0.0]), "/data/scale"),
    "scale of wrong shape": (replaced("data/scale", [1.0, 1.0, 1.0]), "/data/scale"),
    "shift not finite": (replaced("data/shift", [1.0, NAN]), "/data/shift"),
    "no example": (replaced("data/examples", np.zeros((0, 2))), "/data/examples"),
    "examples a scalar": (replaced("data/examples", 3.0), "/data/examples"),
    "too many examples": (replaced("data/examples", np.zeros((513, 2))), "/data/examples"),
    "examples of wrong shape": (replaced("data/examples", np.zeros((5, 3))), "/data/examples"),
    "examples too large": (replaced("data/examples", np.full((5, 2), 1e300)), "/data/examples"),
    "history a row": (replaced("training/history", np.zeros(4)), "/training/history"),
    "history a scalar": (replaced("training/history", 4.0), "/training/history"),
    "history texts": (replaced("training/history", [b"x"]), "/training/history"),
    "steps_done negative": (attribute("training", "steps_done", -1), "steps_done"),
    "state a data set": (replaced("training/state", np.zeros(3)), "/training/state"),
    "bound without K": (attribute("bound", "k", None), "/bound k"),
    "K not finite": (attribute("bound", "k", NAN), "/bound k"),
    "KL too short": (replaced("bound/kl", np.zeros(3)), "/bound/kl"),
    "entropies not finite": (replaced("bound/entropy_lower", np.full(5, -INF)), "/bound/entropy_lower"),
    "truth a text": (attribute("bound", "truth", "yes"), "/bound truth"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", list(CASES))
def test_a_checkpoint_with_a_wrong_thing_in_it_is_refused(name: str, file: Path) -> None:
    spoil, reason = CASES[name]
    with h5py.File(file, "r+") as opened:
        spoil(opened)
    with pytest.raises(BadCheckpointError) as caught:
        model_from(read(file), file)
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert len(message.splitlines()) == 1
    assert len(message) < 600
    assert reason in message


@pytest.mark.parametrize("name", ["weights of exabytes", "betas stored elsewhere", "version empty", "betas objects"])
def test_the_child_that_reads_first_says_the_same(name: str, file: Path) -> None:
    spoil, reason = CASES[name]
    with h5py.File(file, "r+") as opened:
        spoil(opened)
    with pytest.raises(BadCheckpointError, match=reason):
        load(file)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
@pytest.mark.parametrize("place", ["training", "bound", "process", "data/examples"])
@pytest.mark.timeout(20)
def test_a_link_to_another_file_is_not_even_looked_behind(place: str, file: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # whoever opens it waits for ever
    with h5py.File(file, "r+") as opened:
        linked(place, h5py.ExternalLink(str(pipe), "/"))(opened)
    with pytest.raises(BadCheckpointError, match="link"):
        load(file)


@pytest.mark.parametrize("kind", [">f4", ">f8", "<f8", "<f2", "<i2"])
def test_numbers_of_any_common_type_are_read(kind: str, file: Path) -> None:
    with h5py.File(file, "r+") as opened:
        weights = opened["network/weights/first.bias"][()]
        replaced("network/weights/first.bias", (64 * weights).round().astype(kind))(opened)
        replaced("process/betas", np.array([0.1, 0.2, 0.3, 0.4, 0.5], dtype=kind if "f" in kind else "f8"))(opened)
    found = model_from(read(file), file)
    assert np.allclose(found.network.first.bias.numpy(), (64 * weights).round())


def test_packed_numbers_are_read(file: Path) -> None:
    with h5py.File(file, "r+") as opened:
        weights = opened["network/weights/first.weight"][()]
        options = {"compression": "gzip", "shuffle": True, "fletcher32": True}
        replaced("network/weights/first.weight", weights, **options)(opened)
    assert np.array_equal(read(file).network.weights["first.weight"], weights)
