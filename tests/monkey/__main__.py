"""Drive the window: ``python -m tests.monkey --seed 3 --seconds 60 FOLDER``.

The folder gets what is opened and saved, and ``actions.log``, one line an action, which ``--replay FILE`` repeats.
Prints a report; the exit status is 1 if anything happened that must not.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import os
from pathlib import Path
from random import Random


def main() -> None:
    """Run the driver once, and end the process."""
    options = _options()
    faulthandler.enable()
    folder = options.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ |= {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

    from PySide6.QtWidgets import QApplication

    from dpm_gui.jobs.jobs import collected_between_events
    from tests.monkey import materials
    from tests.monkey.driver import Driver, steps_of

    files = materials.make(folder / "files")
    os.chdir(folder)
    gc.disable()  # as the program does
    application = QApplication(["dpm-gui"])
    application.setApplicationName("dpm-gui")
    application.setQuitOnLastWindowClosed(False)
    replayed = None if options.replay is None else steps_of(options.replay)
    with (folder / "actions.log").open("w") as log:
        log.write(f"# seed {options.seed}\n")
        rng = Random(options.seed)
        driver = Driver(
            application, rng, options.seconds, files, folder, log, replayed=replayed, shipped=options.shipped
        )
        driver.begin()
        with collected_between_events(driver.program.session.opened_changed):
            application.exec()
            print(driver.report.text(), flush=True)
            # As the program itself ends, with no window destroyed: PySide drops what a connection calls while Qt holds
            # the lock of its object, and if that was the last reference to a widget its destructor waits for the lock.
            os._exit(1 if driver.report.findings else 0)


def _options() -> argparse.Namespace:
    top = argparse.ArgumentParser(prog="python -m tests.monkey", description="Drive the window.")
    top.add_argument("folder", type=Path)
    top.add_argument("--seed", type=int, default=0)
    top.add_argument("--seconds", type=float, default=30.0)
    top.add_argument("--replay", type=Path)
    top.add_argument("--shipped", action="store_true", help="open the shipped checkpoints, too")
    return top.parse_args()


if __name__ == "__main__":
    main()
