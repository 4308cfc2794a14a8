"""Tests that measure time run alone, and no test waits for ever."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORKER = """
import sys, time
from pathlib import Path
from tests.support.alone import turn

for _ in range(20):
    with turn(Path(sys.argv[1]), alone=sys.argv[2] == "alone"):
        print(time.monotonic(), flush=True)
        time.sleep(0.005)
        print(time.monotonic(), flush=True)
"""


def spans(folder: Path, *kinds: str) -> list[list[tuple[float, float]]]:
    """Return the begin and the end of every turn of workers that run at the same time, by worker."""
    command = [sys.executable, "-c", WORKER, str(folder)]
    workers = [subprocess.Popen([*command, kind], cwd=ROOT, stdout=subprocess.PIPE, text=True) for kind in kinds]
    times = [[float(line) for line in worker.communicate(timeout=60)[0].split()] for worker in workers]
    return [list(zip(each[::2], each[1::2], strict=True)) for each in times]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no locks of this kind")
def test_a_test_that_is_alone_overlaps_with_none_and_gets_its_turn(tmp_path: Path) -> None:
    among, other, lonely = spans(tmp_path, "among others", "among others", "alone")
    for begin, end in lonely:
        assert all(end <= first or last <= begin for first, last in [*among, *other])
