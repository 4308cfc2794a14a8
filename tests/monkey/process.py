"""Runs the driver in a process of its own, so that a crash or a hang is a result like any other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
GRACE_SECONDS = 90.0
"""How much longer than its own time a run may take, its start and its end included."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run.

    Attributes:
        status: Exit status of the process; negative after a signal, 124 if it did not end.
        report: The `tests.monkey.driver.Report` as plain values; empty if the process wrote none.
        words: Everything else that the process wrote, such as where its threads were when it crashed.
        ending: Seconds from the report to the end of the process.
    """

    status: int
    report: dict[str, Any]
    words: str
    ending: float

    def problems(self, stall: float = 0.1) -> list[str]:
        """Return what must not have happened, one text each; stalls count from ``stall`` seconds."""
        found = [] if self.report else [f"the process ended with status {self.status}, without a report\n{self.words}"]
        if self.report and self.status not in (0, 1):
            found.append(f"the process ended with status {self.status} after its report\n{self.words}")
        counted = (
            finding
            for finding in self.report.get("findings", ())
            if finding["kind"] != "stall" or float(finding["text"].split()[0]) > 1000 * stall
        )
        return found + [f"{each['kind']} at action {each['action']}: {each['text']}" for each in counted]


def drive(folder: Path, *options: str, seconds: float) -> Outcome:
    """Run ``python -m tests.monkey`` in ``folder`` for ``seconds``, with further ``options``."""
    command = [sys.executable, "-m", "tests.monkey", str(folder), "--seconds", str(seconds), *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    folder.mkdir(parents=True, exist_ok=True)
    words = folder / "words.txt"
    with words.open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors)
        try:
            written, _ = process.communicate(timeout=seconds + GRACE_SECONDS)
            status = process.returncode
        except subprocess.TimeoutExpired:
            process.kill()
            written, _ = process.communicate()
            status = 124
    ended = time.time()
    report = json.loads(written) if written.strip() else {}
    return Outcome(status, report, words.read_text(errors="replace")[-8000:], ended - report.get("written", ended))
