"""Records what the `dpm` commands of a checkout compute, and compares two recordings bit for bit.

``python tests/support/compare_outputs.py record CHECKOUT FOLDER`` runs the commands on every shipped checkpoint, with
the interpreter that runs this script, and writes arrays and JSON to FOLDER. It takes some minutes of two cores.
``python tests/support/compare_outputs.py compare FOLDER_A FOLDER_B`` prints one line for each file and exits 1 on any
difference. A recording is valid for one machine and one set of packages, since rounding depends on both.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

Case = tuple[str, tuple[str, ...]]
"""Name of the files that hold the results; the command and its arguments, without --out and --json."""
PROCESSES = 2
"""Commands that run at once, and processors that they share."""
SEED = "5"
IMAGE_START = 60
"""Step of 1000 to which most images are noised before they are inpainted: whole chains take too long."""
WHOLE_CHAIN = ("digits",)
"""Image models that also inpaint from noise, with weights too."""
WIDE = ("gravel",)
"""Image models that also inpaint an image larger than those of their data."""
RATES = ("heartbeat_fast", "swiss_roll")
"""Recipes whose rates are searched."""
FORMER = {"--known=noised": "--held=path", "--known=clean": "--held=x0", "--resample": "--back-and-forth"}
"""Present and former names of options, for a checkout whose help does not list the present name."""
RENAMED_KEYS = {
    "back_and_forth": "resample_times",
    "filled_in": "inpainted",
    "held": "known_mode",
    "taken_for": "interpreted_as",
}
"""Former and present names of JSON keys. Their values are compared."""
IGNORED_KEYS = {"known_mode": "repeats --known, whose values are renamed"}
"""JSON keys that are not compared, by their present names, and why."""


class Checkout:
    """Runs the `dpm` of one checkout on the CPU in one thread, with the option names that it understands."""

    def __init__(self, root: Path) -> None:
        self._root = root
        paths = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))
        fixed = {"PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1", "COLUMNS": "200"}
        self._environment = {**os.environ, **fixed, "PYTHONPATH": paths}
        found = Path(self._python("-c", "import core; print(core.__file__)").strip()).resolve()
        if not found.is_relative_to(root):
            raise SystemExit(f"{root}: Python imports {found} instead of its core")
        self._understood = {name: self._options_of(name) for name in ("info", "sample", "bound", "inpaint", "rates")}

    def run(self, case: Case, folder: Path) -> str | None:
        """Run ``case`` and write its array and its JSON to ``folder``; return an error message, or None."""
        name, (command, *words) = case
        understood = self._understood[command]
        rest = [word if word.partition("=")[0] in understood else FORMER.get(word, word) for word in words]
        added = ("--threads=1", "--device=cpu", f"--out={folder / name}.npy", "--json")
        rest += [word for word in added if word.partition("=")[0] in understood]
        try:
            printed = self._python("-m", "core.cli", command, *rest)
        except RuntimeError as error:
            return f"{name}: {error}"
        if "--json" in understood:
            (folder / f"{name}.json").write_text(printed, encoding="utf-8")
        return None

    def _options_of(self, command: str) -> frozenset[str]:
        return frozenset(re.findall(r"--[a-z][a-z-]*", self._python("-m", "core.cli", command, "--help")))

    def _python(self, *arguments: str) -> str:
        # The checkout is the working directory, too: `python -m` searches that before PYTHONPATH.
        words, where = [sys.executable, *arguments], self._root
        ran = subprocess.run(words, check=False, capture_output=True, text=True, cwd=where, env=self._environment)
        if ran.returncode:
            raise RuntimeError(f"python {' '.join(arguments)}: exit {ran.returncode}: {ran.stderr.strip()}")
        return ran.stdout


def record(root: Path, folder: Path) -> int:
    """Write what the checkout at ``root`` computes to an empty ``folder``; return 1 if a command failed."""
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder}: the folder is not empty")
    (folder / "inputs").mkdir(parents=True)
    if hasattr(os, "sched_setaffinity"):
        # Without --threads a command uses half of the processors that it is allowed: one of these.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSES])
    checkout = Checkout(root)
    paths = sorted(root.glob("assets/checkpoints/*.h5"))
    cases = [case for path in paths for case in cases_of(path, folder / "inputs")]
    with ThreadPoolExecutor(PROCESSES) as pool:
        failures = [failure for failure in pool.map(lambda case: checkout.run(case, folder), cases) if failure]
    print("\n".join([*failures, f"{len(cases) - len(failures)} of {len(cases)} commands recorded"]))
    return 1 if failures else 0


def cases_of(path: Path, inputs: Path) -> Iterator[Case]:
    """Yield the cases of the checkpoint at ``path``, and write the arrays that they read to ``inputs``."""
    with h5py.File(path) as file:
        examples, steps = file["data/examples"][:64], int(file["process"].attrs["steps"])
    name, image, of_images = path.stem, examples[0], examples.ndim > 2
    mask = np.zeros(image.shape, dtype=np.bool_)
    # Of points and bits the first entry alone is known: with more of a heartbeat known, the rest follows.
    mask[tuple(slice(side // 2, side - side // 8) for side in image.shape[:2]) if of_images else slice(1, None)] = True
    small = () if of_images else ("--limit", "--work", "4", "--points", "8")
    few, particles = ("2", "2") if of_images else ("64", "128")
    start = ("--start", str(IMAGE_START if of_images else steps // 4))

    def case(kind: str, command: str, *options: str) -> Case:
        return f"{name}-{kind}", (command, str(path), *options, "--seed", SEED)

    def inpaint(kind: str, image: str, mask: str, *options: str) -> Case:
        return case(f"inpaint-{kind}", "inpaint", "--image", image, "--mask", mask, "--count", few, *options)

    def saved(kind: str, values: NDArray[Any]) -> str:
        np.save(inputs / f"{name}-{kind}.npy", values)
        return str(inputs / f"{name}-{kind}.npy")

    yield f"{name}-info", ("info", str(path))
    yield case("sample", "sample", "--count", "1" if of_images else few)
    yield case("strided", "sample", "--count", few, "--strided", "20")
    yield case("bound", "bound", "--count", few, *small)
    given = saved("image", image), saved("mask", mask)
    for known in ("noised", "clean"):
        for times in ("0", "2"):
            way = (f"--known={known}", "--resample", times, *(start if of_images else ()))
            yield inpaint(f"{known}-{times}", *given, *way)
    yield inpaint("twisted", *given, "--known=clean", "--timing", "twisted", "--resample", "1", *start)
    yield inpaint("rough", given[0], saved("full-mask", np.ones_like(mask)), *start)
    if name in WIDE:
        wide = saved("wide-image", np.hstack([image, image])), saved("wide-mask", np.hstack([mask, 0 * mask]))
        yield inpaint("wide", *wide, "--known=noised", "--resample", "2", *start)
    if name in WHOLE_CHAIN:
        yield inpaint("from-noise", *given, "--known=noised", "--resample", "0")
    if name in WHOLE_CHAIN or not of_images:
        for known in ("noised", "clean"):
            yield inpaint(f"weighted-{known}", *given, f"--known={known}", "--weighted", "--particles", particles)
    if not of_images:
        yield case("bound-of-data", "bound", "--data", saved("examples", examples))
    if name in RATES:
        yield f"{name}-rates", ("rates", name, "--steps", "4", "--seed", SEED)


def compare(first: Path, second: Path) -> int:
    """Print one line for each file of two recordings; return 1 unless all are equal."""
    names = sorted({path.name for folder in (first, second) for path in folder.glob("[!.]*.*")})
    found = {name: _difference(first / name, second / name) for name in names}
    for name, difference in found.items():
        print(f"equal      {name}" if difference is None else f"DIFFERENT  {name}: {difference}")
    equal = list(found.values()).count(None)
    print(f"{equal} of {len(names)} files are equal")
    return 0 if equal == len(names) > 0 else 1


def _difference(first: Path, second: Path) -> str | None:
    for path in (first, second):
        if not path.exists():
            return f"there is no {path}"
    if first.suffix == ".npy":
        x, y = np.load(first), np.load(second)
        if (x.dtype, x.shape) != (y.dtype, y.shape):
            return f"{x.dtype} {x.shape} and {y.dtype} {y.shape}"
        return None if x.tobytes() == y.tobytes() else f"{np.count_nonzero(x != y)} of {x.size} values"
    a, b = _values(first), _values(second)
    return ", ".join(key for key in sorted(a.keys() | b.keys()) if a.get(key) != b.get(key)) or None


def _values(path: Path) -> dict[str, str]:
    """Return each value of a JSON file as text: that is exact, tells 0.0 from -0.0, and NaN equals itself."""
    facts = json.loads(path.read_text(encoding="utf-8"), object_hook=_present)
    return {key: json.dumps(value, sort_keys=True) for key, value in facts.items()}


def _present(facts: dict[str, Any]) -> dict[str, Any]:
    """Return ``facts`` under the present names of their keys, without those that are ignored."""
    names = {key: new for key, new in RENAMED_KEYS.items() if new not in facts}
    return {new: value for key, value in facts.items() if (new := names.get(key, key)) not in IGNORED_KEYS}


def main() -> int:
    """Record or compare, as the arguments say."""
    parser = argparse.ArgumentParser(description="Record and compare what the dpm commands compute.")
    parser.add_argument("command", choices=("record", "compare"))
    parser.add_argument("first", type=Path, help="the checkout to run, or a recording")
    parser.add_argument("second", type=Path, help="the folder to write, or another recording")
    options = parser.parse_args()
    run = record if options.command == "record" else compare
    return run(options.first.resolve(), options.second.resolve())


if __name__ == "__main__":
    sys.exit(main())
