"""``make torture``: drive the window for minutes, a seed a minute, and print what came of each.

``python -m tests.monkey.torture --seconds 600 --each 60 --seed 1 FOLDER``. With ``--shorten FILE`` it repeats the
actions of a run that failed, with ever fewer of them, and writes the fewest that still fail beside that file.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.monkey.process import Outcome, drive
from tests.monkey.shortening import shortened

HEADINGS = ("seed", "actions", "stall ms", "MB first", "MB last", "MB most", "closing s", "end s", "problems")
MEGABYTE = 2**20


def main() -> int:
    """Run, or shorten; return 1 if anything happened that must not."""
    options = _options()
    if options.shorten is not None:
        return shorten(options.shorten, options.folder)
    print("".join(f"{heading:>11}" for heading in HEADINGS), flush=True)
    failed = False
    for number in range(max(1, round(options.seconds / options.each))):
        seed = options.seed + number
        folder = options.folder / f"seed{seed}"
        more = ["--shipped"] if options.shipped else []
        outcome = drive(folder, "--seed", str(seed), *more, seconds=options.each)
        problems = outcome.problems()
        print("".join(f"{value:>11}" for value in (seed, *row_of(outcome), len(problems))), flush=True)
        for problem in problems:
            print(f"    {problem.strip()}", flush=True)
        failed = failed or bool(problems)
    return int(failed)


def row_of(outcome: Outcome) -> tuple[object, ...]:
    """Return the figures of one run, in the order of `HEADINGS`."""
    report = outcome.report
    memory = [report.get(f"{name}_memory", 0) // MEGABYTE for name in ("first", "last", "most")]
    stalls, closings = report.get("stalls", {}).values(), report.get("closings", ())
    return report.get("done", 0), max(stalls, default=0), *memory, max(closings, default=0), round(outcome.ending, 1)


def shorten(log: Path, folder: Path) -> int:
    """Write the fewest actions of ``log`` that still fail beside it, as ``.short.log``."""
    lines = [line for line in log.read_text().splitlines() if line and not line.startswith("#")]
    trial = folder / "trial.log"

    def fails(kept: list[str]) -> bool:
        folder.mkdir(parents=True, exist_ok=True)
        trial.write_text("\n".join(kept) + "\n")
        return bool(drive(folder / "trial", "--replay", str(trial.absolute()), seconds=120.0).problems(stall=10.0))

    if not fails(lines):
        print(f"{log}: nothing fails when these {len(lines)} actions are repeated")
        return 1
    kept = shortened(lines, fails)
    target = log.with_suffix(".short.log")
    target.write_text("\n".join(kept) + "\n")
    print(f"{target}: {len(kept)} of {len(lines)} actions")
    return 0


def _options() -> argparse.Namespace:
    top = argparse.ArgumentParser(prog="python -m tests.monkey.torture", description="Drive the window for minutes.")
    top.add_argument("folder", type=Path)
    top.add_argument("--seed", type=int, default=1, help="the first seed")
    top.add_argument("--seconds", type=float, default=600.0, help="of all runs together")
    top.add_argument("--each", type=float, default=60.0, help="seconds of one run")
    top.add_argument("--shipped", action="store_true", help="open the shipped checkpoints, too")
    top.add_argument("--shorten", type=Path, metavar="LOG", help="shorten the actions of a run that failed")
    return top.parse_args()


if __name__ == "__main__":
    sys.exit(main())
