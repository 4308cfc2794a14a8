"""Writes a remembered run of a checkpoint, of made-up frames, into the cache folder of the environment.

``python -m tests.benchmarks.remembered_run FILE``: as many states as the window shows at first. A real one would take
minutes to compute, and no timing depends on what its frames hold. Prints JSON: its bytes.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSettings

from core.values.arrays import read_only
from core.values.runs import Frame, RunSpec
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.engine.opening import Opened, open_checkpoint
from dpm_gui.engine.remembering import RunMemory, WholeRun
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.engine.values import FORWARD, REVERSE


def main(path: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        preferences = Preferences(QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat))
        memory = RunMemory(preferences.run_folder, preferences.run_limit)
    opened = next(value for value in open_checkpoint(path, memory) if isinstance(value, Opened))
    checkpoint = opened.checkpoint
    spec = replace(RunSpec(), count=state_kind_of(checkpoint).default_count)
    rng = np.random.default_rng(0)

    def frame(side: str, t: int) -> Frame:
        x = rng.standard_normal((spec.count, *checkpoint.data.shape), np.float32)
        return Frame(t, read_only(x if checkpoint.kind == "gaussian" else (x > 0).astype(np.float32)))

    along = dict.fromkeys((FORWARD, REVERSE), np.linspace(0, 1, spec.count, dtype=np.float32))
    tops = dict.fromkeys((FORWARD, REVERSE), checkpoint.steps)
    facts = opened.entropies, opened.takes_any_size
    run: Iterator[None] = memory.remember(WholeRun(opened.sha256, spec, checkpoint.kind, tops, frame, along, *facts))
    for _ in run:
        pass
    print(json.dumps({"bytes": sum(file.stat().st_size for file in Path(memory.folder).iterdir())}))


if __name__ == "__main__":
    main(sys.argv[1])
