"""Listens to what a part of the window says while it works."""

from __future__ import annotations

from dpm_gui.jobs.saving import Saver
from dpm_gui.jobs.tasks import Activity
from dpm_gui.paint.files import PaintFiles


class Told:
    """What is told of files that are saved, in its order."""

    def __init__(self, source: Saver | PaintFiles) -> None:
        self.all: list[object] = []
        (source.saved if isinstance(source, Saver) else source.notified).connect(self.all.append)
        source.failed.connect(self.all.append)
        self.activities: list[Activity | None] = []
        source.activity_changed.connect(self.activities.append)
