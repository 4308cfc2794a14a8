"""Measures the timings that users feel, in one run, as ratios where two things can be compared: `make bench`.

Prints each row as it is measured and writes all of them to out/bench.json. Nothing here passes or fails: machines
differ, and the last column says what is asked. ``ARGS='frames sampling'`` measures those parts alone, ``ARGS=--list``
names them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
OUT = Path("out") / "bench.json"
STARTS = 4
WINDOWS = (("1280x800", "1", "1280x800"), ("2560x1440 at scale 2", "2", "1280x720"))
"""Name, scale and size in its units."""
THINGS = {"roll": "10 000 points", "heartbeat": "10 000 sequences of bits", "digits": "64 digits"}
LIBRARIES = {"npy": "numpy", "idx.gz": "gzip", "HDF5": "h5py", "zip of PNG": "Pillow"}


class Row(NamedTuple):
    """One line of the table."""

    what: str
    reached: str
    asked: str

    def __str__(self) -> str:
        return f"{self.what:<70}  {self.reached:<28}{self.asked}"


def call(script: str, *arguments: str, **environment: str) -> dict[str, float]:
    """Run a script of this folder and return what it printed; nothing is remembered from one to the next."""
    command = [sys.executable, "-m", f"tests.benchmarks.{script}", *arguments]
    with tempfile.TemporaryDirectory() as cache:
        received = {"QT_QPA_PLATFORM": "offscreen"} | os.environ | {"XDG_CACHE_HOME": cache} | environment
        received.pop("PYTHONDONTWRITEBYTECODE", None)  # a second start finds our bytecode, as it finds the libraries'
        done = subprocess.run(command, env=received, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{script} failed:\n{done.stderr}")  # else it holds what the offscreen platform says of itself
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def start_up() -> Iterator[Row]:
    """From the start of the process to the window and its first run, beside a bare window; and the same again."""
    starts = []
    for _ in range(STARTS + 1):  # the first warms the disk
        with tempfile.TemporaryDirectory() as cache:
            first = call("window_start", "dpm-gui", str(time.time()), XDG_CACHE_HOME=cache)
            bare_start = call("window_start", "bare", str(time.time()))
            again = call("window_start", "dpm-gui", str(time.time()), XDG_CACHE_HOME=cache)
            starts.append((first, bare_start, again))
    pairs = [(first, bare_start) for first, bare_start, _ in starts[1:]]
    remembered = [again for _, _, again in starts[1:]]
    whole, bare = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    ratio = statistics.median(one["painted"] / other["painted"] for one, other in pairs)

    def median(name: str, rows: list[dict[str, float]] = whole) -> float:
        return statistics.median(row[name] for row in rows)

    painted = f"{ratio:.2f} x ({median('painted'):.2f} s, {median('painted', bare):.2f} s)"
    yield Row("window painted, beside a bare window", painted, "<= 1.3 x")
    yield Row("longest stall while torch is imported", f"{median('longest stall'):.3f} s", "<= 0.3 s")
    yield Row("start to first picture", f"{median('first picture'):.2f} s", "-")
    yield Row("start to first motion", f"{median('first motion'):.2f} s", "<= 3 s")
    yield Row("start to the samples", f"{median('sampled'):.2f} s", "-")
    moves = statistics.median(row["first motion"] - row["painted"] for row in remembered)
    complete = statistics.median(row["sampled"] - row["painted"] for row in remembered)
    yield Row(
        "second start, window to first motion", f"{moves:.2f} s", f"<= {1.2 * median('painted', bare) + 0.3:.2f} s"
    )
    yield Row("second start, window to the whole run", f"{complete:.2f} s", "<= 0.5 s")


def remembered() -> Iterator[Row]:
    """A second start on digits: from the window to the whole remembered run, beside a bare window."""
    digits = str(ROOT / "assets" / "checkpoints" / "digits.h5")
    starts = []
    with tempfile.TemporaryDirectory() as cache:
        written = call("remembered_run", digits, XDG_CACHE_HOME=cache)
        for _ in range(STARTS + 2):
            bare_start = call("window_start", "bare", str(time.time()))
            again = call("window_start", "dpm-gui", str(time.time()), digits, XDG_CACHE_HOME=cache)
            starts.append((again, bare_start["painted"]))
    bare = statistics.median(seconds for _, seconds in starts[1:])  # the first warms the disk
    what = f"second start on digits, {written['bytes'] / 1e6:.0f} MB"
    for name, event, asked in (("first motion", "first motion", 1.2 * bare + 0.3), ("whole run", "sampled", 0.5)):
        found = statistics.median(again[event] - again["painted"] for again, _ in starts[1:])
        yield Row(f"{what}, window to {name}", f"{found:.2f} s (bare {bare:.2f} s)", f"<= {asked:.2f} s")


def frames() -> Iterator[Row]:
    """A frame of play and a drag of the slider, two canvases of 10 000 points."""
    for (name, scale, size), asked in zip(WINDOWS, ("<= 16 ms", "reported"), strict=True):
        found = call("frames", size, QT_SCALE_FACTOR=scale)
        yield Row(f"frame of play, 2 x 10 000 points, {name}", percentiles(found, "frame"), asked)
        for key, what in (("followed", "6 paths and 2 500 points highlighted a side"), ("fan", "a fan of 64 futures")):
            ratio = found[f"{key} p50 ms"] / found["frame p50 ms"]
            yield Row(f"the same with {what}, {name}", f"{percentiles(found, key)}, {ratio:.2f} x", asked)
        yield Row(f"drag event, {name}", f"p95 {found['drag p95 ms']:.1f} ms", asked)
        yield Row(f"drags that missed their frame, {name}", f"{found['drags that missed']:.0f} of 40", "0")


def images() -> Iterator[Row]:
    """Digits opened, previewed and stopped; a frame of play of colour images."""
    digits = call("images", "digits", "1280x800")
    yield Row("digits, asked for to first picture", f"{digits['opened s']:.2f} s", "<= 0.7 s")
    yield Row("preview of 64 digits, first frame", f"{digits['first frame s']:.2f} s", "<= 0.3 s")
    yield Row("preview of 64 digits, complete", f"{digits['preview s']:.1f} s", "<= 8 s")
    yield Row("a run stopped", f"{digits['stopped s']:.3f} s", "<= 0.2 s")
    colour = call("images", "colour", "1280x800")
    yield Row("frame of play, 64 colour images on both sides", percentiles(colour, "frame"), "<= 16 ms")


def strokes() -> Iterator[Row]:
    """A stroke of the brush until it is on the screen."""
    for name, scale, size in WINDOWS:
        found = call("strokes", size, QT_SCALE_FACTOR=scale)
        for kind in ("hand", "zigzag"):
            reached = f"p95 {found[f'{kind} p95 ms']:.1f} ms"
            yield Row(f"stroke to screen, 512 x 512, {kind}, {name}", reached, "<= 16 ms")


def sampling() -> Iterator[Row]:
    """Sampling, beside the bare network calls."""
    return beside_the_network("sampling", "sampling", {"roll": 1.05, "heartbeat": 1.05, "digits": 1.05})


def bounding() -> Iterator[Row]:
    """The bound K, beside the bare network calls."""
    return beside_the_network("bounding", "the bound of", {"roll": 1.15, "heartbeat": 1.15})


def beside_the_network(script: str, what: str, asked: Mapping[str, float]) -> Iterator[Row]:
    for name, most in asked.items():
        found = call(script, name)
        reached = f"{found['ratio']:.3f} x ({found['s']:.2f} s)"
        yield Row(f"{what} {THINGS[name]}, beside the bare network calls", reached, f"<= {most:.2f} x")


def training() -> Iterator[Row]:
    """A step of training, beside the network's part of it."""
    for recipe, asked in (("swiss_roll", "<= 1.25 x"), ("heartbeat", "<= 1.25 x"), ("digits", "<= 1.15 x")):
        found = call("training_step", recipe)
        reached = f"{found['ratio']:.3f} x ({found['step ms']:.1f} ms)"
        yield Row(f"training step of {recipe}, beside the bare network calls", reached, asked)


def films() -> Iterator[Row]:
    """A film of 500 frames, beside encoding its frames alone."""
    found = call("films")
    reached = f"{found['ratio']:.2f} x ({found['s']:.1f} s)"
    yield Row(f"film of {found['frames']:.0f} frames, 960x540, MP4, beside encoding alone", reached, "<= 1.3 x")


def reading() -> Iterator[Row]:
    """Reading 60 000 images of 28 x 28, beside the library of their format."""
    for name, library in LIBRARIES.items():
        found = call("reading", name)
        reached = f"{found['ratio']:.2f} x ({found['s']:.2f} s)"
        yield Row(f"reading 60 000 images of 28 x 28, {name}, beside {library} alone", reached, "<= 1.3 x")


def percentiles(found: Mapping[str, float], what: str) -> str:
    return f"p50 {found[f'{what} p50 ms']:.1f}, p95 {found[f'{what} p95 ms']:.1f} ms"


PARTS: Mapping[str, Callable[[], Iterator[Row]]] = {
    "start": start_up,
    "again": remembered,
    "frames": frames,
    "images": images,
    "strokes": strokes,
    "sampling": sampling,
    "bound": bounding,
    "training": training,
    "films": films,
    "reading": reading,
}


def measure(names: Sequence[str], out: Path = OUT) -> None:
    """Measure the parts called ``names``, print each row at once, and write to ``out`` what was measured."""
    rows: list[Row] = []
    try:
        for name in names:
            for row in PARTS[name]():
                print(row, flush=True)
                rows.append(row)
    finally:  # after Ctrl+C, too
        out.parent.mkdir(exist_ok=True)
        out.write_text(json.dumps([row._asdict() for row in rows], indent=2) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the command line names: everything unless it names parts."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the timings that users feel.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all unless given")
    parser.add_argument("--list", action="store_true", help="say what each part measures")
    asked = parser.parse_args(arguments)
    unknown = [name for name in asked.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    if asked.list:
        for name, part in PARTS.items():
            print(f"{name:<10}{part.__doc__}")
    else:
        measure(asked.parts or list(PARTS))


if __name__ == "__main__":
    main()
