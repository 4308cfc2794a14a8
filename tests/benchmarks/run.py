"""Measures the timings that users feel, in one run, as ratios where two things can be compared: `make bench`.

Prints a table and writes out/bench.json. Nothing here passes or fails: machines differ, the table says what is asked.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5


def call(script: str, *arguments: str, **environment: str) -> dict[str, float]:
    """Run a script of this folder and return what it printed."""
    received = {"QT_QPA_PLATFORM": "offscreen"} | os.environ | environment
    received.pop(
        "PYTHONDONTWRITEBYTECODE", None
    )  # a second start finds our bytecode, as it finds that of the libraries
    command = [sys.executable, "-m", f"tests.benchmarks.{script}", *arguments]
    done = subprocess.run(command, env=received, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{script} failed:\n{done.stderr}")  # else it holds what the offscreen platform says of itself
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def median(rows: list[dict[str, float]], name: str) -> float:
    return statistics.median(row[name] for row in rows)


def start_up() -> list[tuple[str, str, str]]:
    call("window_start", "dpm-gui", str(time.time()))  # warms the disk
    pairs = [
        (call("window_start", "dpm-gui", str(time.time())), call("window_start", "bare", str(time.time())))
        for _ in range(ROUNDS)
    ]
    whole, bare = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    ratio = statistics.median(one["painted"] / other["painted"] for one, other in pairs)
    painted = f"{ratio:.2f} x ({median(whole, 'painted'):.2f} s, {median(bare, 'painted'):.2f} s)"
    return [
        ("window painted, beside a bare window", painted, "<= 1.3 x"),
        ("longest stall while torch is imported", f"{median(whole, 'longest stall'):.3f} s", "<= 0.3 s"),
        ("start to first picture", f"{median(whole, 'first picture'):.2f} s", "-"),
        ("start to first motion", f"{median(whole, 'first motion'):.2f} s", "<= 3 s"),
        ("start to the samples", f"{median(whole, 'sampled'):.2f} s", "-"),
    ]


def frames() -> list[tuple[str, str, str]]:
    rows = []
    for name, scale, size, asked in (
        ("1280x800", "1", "1280x800", "<= 16 ms"),
        ("2560x1440 at scale 2", "2", "1280x720", "reported"),
    ):
        found = call("frames", size, QT_SCALE_FACTOR=scale)
        middle, most = found["frame p50 ms"], found["frame p95 ms"]
        rows.append((f"frame of play, 2 x 10 000 points, {name}", f"p50 {middle:.1f}, p95 {most:.1f} ms", asked))
        rows.append((f"drag event, {name}", f"p95 {found['drag p95 ms']:.1f} ms", asked))
        rows.append((f"drags that missed their frame, {name}", f"{found['drags that missed']:.0f} of 40", "0"))
    return rows


def images() -> list[tuple[str, str, str]]:
    """Time pictures in the window; the play of colour is that of a whole run, which takes minutes to be recorded."""
    size = "1280x800"
    digits, colour = call("images", "digits", size), call("images", "colour", size)
    rows = [
        ("digits, asked for to first picture", f"{digits['opened s']:.2f} s", "<= 0.7 s"),
        ("preview of 64 digits, first frame", f"{digits['first frame s']:.2f} s", "<= 0.3 s"),
        ("preview of 64 digits, complete", f"{digits['preview s']:.1f} s", "<= 8 s"),
        ("a run stopped", f"{digits['stopped s']:.3f} s", "<= 0.2 s"),
        (
            "frame of play, 64 colour pictures on both sides",
            f"p50 {colour['frame p50 ms']:.1f}, p95 {colour['frame p95 ms']:.1f} ms",
            "<= 16 ms",
        ),
    ]
    for name, scale, large in (("1280x800", "1", "1280x800"), ("2560x1440 at scale 2", "2", "1280x720")):
        found = call("strokes", large, QT_SCALE_FACTOR=scale)
        for kind in ("hand", "zigzag"):
            reached = f"p95 {found[f'{kind} p95 ms']:.1f} ms"
            rows.append((f"stroke to screen, 512 x 512, {kind}, {name}", reached, "<= 16 ms"))
    return rows


THINGS = {"roll": "10 000 points", "heartbeat": "10 000 sequences of bits", "digits": "64 digits"}


def beside_the_network(script: str, what: str, asked: dict[str, str]) -> list[tuple[str, str, str]]:
    found = call(script)
    return [
        (
            f"{what} {THINGS[name]}, beside the bare network calls",
            f"{found[f'{name} ratio']:.3f} x ({found[f'{name} s']:.2f} s)",
            most,
        )
        for name, most in asked.items()
    ]


def engine() -> list[tuple[str, str, str]]:
    return [
        *beside_the_network(
            "sampling", "sampling", {"roll": "<= 1.10 x", "heartbeat": "<= 1.10 x", "digits": "<= 1.05 x"}
        ),
        *beside_the_network("bounding", "the bound of", {"roll": "<= 1.15 x", "heartbeat": "<= 1.15 x"}),
        *training(),
    ]


def training() -> list[tuple[str, str, str]]:
    rows = []
    for recipe, asked in (("swiss_roll", "<= 1.25 x"), ("heartbeat", "<= 1.25 x"), ("digits", "<= 1.15 x")):
        found = call("training_step", recipe)
        reached = f"{found['ratio']:.3f} x ({found['step ms']:.1f} ms)"
        rows.append((f"training step of {recipe}, beside the bare network calls", reached, asked))
    return rows


def main() -> None:
    rows = [*start_up(), *frames(), *images(), *engine()]
    width = max(len(name) for name, _, _ in rows)
    for name, reached, asked in rows:
        print(f"{name:<{width}}  {reached:<28}{asked}")
    out = Path("out")
    out.mkdir(exist_ok=True)
    table = [{"what": name, "reached": reached, "asked": asked} for name, reached, asked in rows]
    (out / "bench.json").write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
