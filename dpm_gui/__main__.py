"""The command `dpm-gui`: reads the command line, then starts Qt."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from core import __version__
from core.errors import BadInputError
from core.runtime.assets import find_model
from core.runtime.command_line import OneLineParser, complain, exit_status, path_argument
from core.values.runs import MAX_COUNT, MAX_SEED, RunSpec
from dpm_gui.app import WORKSPACES, open_window
from dpm_gui.desktop import THEMES

LEAST_SIZE, MOST_SIZE = 320, 16384


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = OneLineParser(prog="dpm-gui", description="Watch, measure and steer diffusion probabilistic models.")
    top.add_argument(
        "file",
        nargs="?",
        type=path_argument,
        metavar="FILE.h5",
        help="checkpoint, or the name of a shipped one, such as digits (the shipped swiss roll)",
    )
    top.add_argument(
        "--data",
        type=path_argument,
        metavar="PATH",
        help="start the forward side from the examples in this file or folder (or FILE:/NAME)",
    )
    top.add_argument("--seed", type=_seed, default=RunSpec().seed, metavar="N", help="seed of all randomness")
    top.add_argument(
        "--count", type=_count, metavar="N", help="number of trajectories, such as images (depends on the data)"
    )
    top.add_argument("--at", type=int, metavar="T", help="show step T, paused")
    names = [workspace.name for workspace in WORKSPACES]
    top.add_argument("--workspace", choices=names, default=names[0])
    top.add_argument("--theme", choices=THEMES, help="theme of the window, not saved")
    top.add_argument("--size", type=_size, metavar="WxH", help="size of the window, such as 1280x800")
    output = top.add_mutually_exclusive_group()
    output.add_argument(
        "--screenshot", type=path_argument, metavar="OUT.png", help="save an image of the window, no display needed"
    )
    films = "OUT.gif|OUT.mp4|OUT.png"
    output.add_argument(
        "--render",
        type=path_argument,
        metavar=films,
        help="save a film, or a figure of the paper as PNG, no display needed",
    )
    top.add_argument("--version", action="version", version=f"dpm-gui {__version__}")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status."""
    return exit_status("dpm-gui", lambda: _run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    options = parser().parse_args(arguments)
    default_spec = RunSpec(seed=options.seed)
    options.spec = default_spec if options.count is None else replace(default_spec, count=options.count)
    if options.at is not None and options.at < 0:
        raise BadInputError(f"--at: {options.at} is not a step; steps begin at 0")
    if options.file is not None:
        options.file, remark = find_model(options.file)
        if remark:
            complain("dpm-gui", remark)
    if options.screenshot or options.render:
        from dpm_gui import offscreen

        return offscreen.run(options)
    from dpm_gui.desktop.display import display_platform

    platform = display_platform(os.environ.get("QT_QPA_PLATFORM", ""))
    if platform:
        os.environ["QT_QPA_PLATFORM"] = platform
    return open_window(options)


def _count(text: str) -> int:
    count = int(text) if text.isdecimal() else 0
    if not 1 <= count <= MAX_COUNT:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 to {MAX_COUNT}")
    return count


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_SEED:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 0 to {MAX_SEED}")
    return int(text)


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text} is not of the form WxH, such as 1280x800")
    if not all(LEAST_SIZE <= int(side) <= MOST_SIZE for side in (width, height)):
        raise argparse.ArgumentTypeError(f"{text} has a side that is not from {LEAST_SIZE} to {MOST_SIZE} pixels")
    return int(width), int(height)


if __name__ == "__main__":
    sys.exit(main())
