"""Makes checkpoints that are cut off, spoilt, or malicious, and says what is to become of each."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from tests.support.damage import Spoil, attribute, external, linked, virtual
from tests.support.damage_cases import CASES, HARMLESS


@dataclass(frozen=True)
class Damaged:
    """A file and what is to become of it.

    Attributes:
        path: Where it lies.
        reason: What the refusal says, among other things; "" for any; None where it is to be accepted.
        either: Whether the damage may have hit nothing that matters, so that being accepted is right as well.
    """

    path: Path
    reason: str | None
    either: bool = False


def corpus(folder: Path, sound: bytes, new_style: bytes) -> list[Damaged]:
    """Make all damaged files in ``folder``, from the bytes of a ``sound`` checkpoint, and of one ``new_style``."""
    trap = folder / "trap"
    if hasattr(os, "mkfifo"):
        os.mkfifo(trap)  # whoever opens it waits for ever
    made = [*_edited(folder, sound), *_trapped(folder, sound, trap), *_other_things(folder, sound)]
    huge = attribute("/", "title", np.zeros(2**20))  # which the old style has no room for
    made.append(Damaged(_spoilt(folder / "huge attribute.h5", new_style, huge, "latest"), "title"))
    for name, content in (("old", sound), ("new", new_style)):
        made += [*_cut(folder, name, content), *_flipped(folder, name, content)]
    return made


def _edited(folder: Path, sound: bytes) -> Iterator[Damaged]:
    cases: dict[str, tuple[Spoil, str | None]] = {**CASES, **{name: (spoil, None) for name, spoil in HARMLESS.items()}}
    for name, (spoil, reason) in cases.items():
        yield Damaged(_spoilt(folder / f"{name}.h5", sound, spoil), reason)


def _trapped(folder: Path, sound: bytes, trap: Path) -> Iterator[Damaged]:
    """Files that would have the reader open the trap."""
    if not trap.exists():
        return
    for name in ("process", "process/betas", "network", "data/examples", "training", "training/state", "bound"):
        path = folder / f"trap at {name.replace('/', ' ')}.h5"
        yield Damaged(_spoilt(path, sound, linked(name, h5py.ExternalLink(str(trap), "/"))), "link")
    yield Damaged(_spoilt(folder / "virtual.h5", sound, virtual(str(trap))), "another file")
    yield Damaged(_spoilt(folder / "stored elsewhere.h5", sound, external(str(trap))), "another file")
    yield Damaged(_spoilt(folder / "unasked.h5", sound, linked("notes", h5py.ExternalLink(str(trap), "/"))), None)
    yield Damaged(trap, "not an ordinary file")


def _spoilt(path: Path, sound: bytes, spoil: Spoil, libver: str | None = None) -> Path:
    path.write_bytes(sound)
    with h5py.File(path, "r+", libver=libver) as file:
        spoil(file)
    return path


def _other_things(folder: Path, sound: bytes) -> Iterator[Damaged]:
    """What is no HDF5 file, or not quite."""
    for name, content, reason in (
        ("empty", b"", "empty"),
        ("text", b"t,x\n1,2\n", "no HDF5 file"),
        ("npy", b"\x93NUMPY\x01\x00v\x00{'descr'", "no HDF5 file"),
        ("signature alone", sound[:8], "damaged"),
        ("signature and noise", sound[:8] + np.random.default_rng(0).bytes(5000), "damaged"),
        ("signature and zeros", sound[:8] + bytes(5000), "damaged"),
        ("a head before it", bytes(500) + sound, "no HDF5 file"),
        ("a user block before it", bytes(512) + sound, None),
        ("twice", sound + sound, None),
        ("something after it", sound + b"more", None),
        ("upside down", sound[::-1], "no HDF5 file"),
    ):
        path = folder / f"{name}.h5"
        path.write_bytes(content)
        yield Damaged(path, reason)
    (folder / "a heap without end.h5").write_bytes(_without_end(sound))
    yield Damaged(folder / "a heap without end.h5", "", either=True)
    with h5py.File(folder / "other.h5", "w") as other:
        other["x"] = np.arange(3)
    yield Damaged(folder / "other.h5", "format")
    yield from _no_files(folder, sound)


def _without_end(sound: bytes) -> bytes:
    """Return the file with a free space of no bytes in its heap of texts, over which libhdf5 2.0 walks for ever."""
    place = sound.index(b"GCOL") + 16
    while int.from_bytes(sound[place : place + 2], "little") != 0:
        place += 16 + -(-int.from_bytes(sound[place + 8 : place + 16], "little") // 8) * 8
    return sound[: place + 8] + bytes(8) + sound[place + 16 :]


def _no_files(folder: Path, sound: bytes) -> Iterator[Damaged]:
    (folder / "folder.h5").mkdir()
    yield Damaged(folder / "folder.h5", "folder")
    yield Damaged(folder / "missing.h5", "no such file")
    yield Damaged(folder / ("n" * 300), "cannot be read")
    yield Damaged(folder / "signature alone.h5" / "inside", "cannot be read")
    if sys.platform == "win32":
        return
    (folder / "loop.h5").symlink_to(folder / "loop.h5")
    yield Damaged(folder / "loop.h5", "cannot be read")
    (folder / "zero.h5").symlink_to("/dev/zero")
    yield Damaged(folder / "zero.h5", "not an ordinary file")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket.h5"))
    yield Damaged(folder / "socket.h5", "not an ordinary file")
    (folder / "two\nlines.h5").write_bytes(sound[:700])
    yield Damaged(folder / "two\nlines.h5", "damaged")
    with (folder / "a terabyte of nothing.h5").open("wb") as hole:
        hole.write(sound[:3000])
        hole.truncate(2**40)
    yield Damaged(folder / "a terabyte of nothing.h5", "")


def _cut(folder: Path, name: str, content: bytes) -> Iterator[Damaged]:
    for length in [9, 24, 48, 95, 96, *range(200, len(content), len(content) // 16), len(content) - 1]:
        path = folder / f"{name} cut at {length}.h5"
        path.write_bytes(content[:length])
        yield Damaged(path, "")


def _flipped(folder: Path, name: str, content: bytes) -> Iterator[Damaged]:
    """Bytes changed at random, more of them near the begin, where the structure is."""
    rng = np.random.default_rng(2)
    for trial in range(40):
        spoilt = bytearray(content)
        for place in rng.integers(len(content) if trial % 4 else 2048, size=1 + 3 * (trial % 3)):
            spoilt[place] ^= int(rng.integers(1, 256))
        path = folder / f"{name} flipped {trial}.h5"
        path.write_bytes(spoilt)
        yield Damaged(path, "", either=True)
