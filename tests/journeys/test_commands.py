"""The command dpm-gui in a process of its own, where there is no display."""

from __future__ import annotations

import ctypes.util
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from tests.support.pixels import frame_count

ROOT = Path(__file__).parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """An environment with no display and no settings."""
    settings = tmp_path / "home"
    settings.mkdir(mode=0o700)
    away = {"DISPLAY", "WAYLAND_DISPLAY", "XDG_SESSION_TYPE", "QT_QPA_PLATFORM"}
    places = {name: str(settings) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")}
    environment = {name: value for name, value in os.environ.items() if name not in away} | places
    return environment | {"PYTHONPATH": str(ROOT)}


@pytest.fixture
def run(tmp_path: Path, surroundings: dict[str, str]) -> Run:
    """Runs dpm-gui in the folder of the test."""

    def begin(*arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "dpm_gui", *map(str, arguments)]
        said: dict[str, Any] = {"capture_output": True, "text": True, "encoding": "utf-8"}
        return subprocess.run(command, cwd=tmp_path, env=surroundings | more, timeout=100, check=False, **said)

    return begin


@pytest.fixture
def start(tmp_path: Path, surroundings: dict[str, str]) -> Callable[..., subprocess.Popen[str]]:
    """Starts dpm-gui in the folder of the test, and does not wait for its end."""

    def begin(*arguments: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "dpm_gui", *map(str, arguments)]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, cwd=tmp_path, env=surroundings, **pipes)

    return begin


def refused(done: subprocess.CompletedProcess[str], reason: str) -> None:
    """Check that a command gave up with status 2 and one line that gives ``reason``."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("dpm-gui: ")
    assert reason in line


def succeeded(done: subprocess.CompletedProcess[str], *lines: str) -> None:
    """Check that a command has printed these lines and nothing else."""
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, list(lines), "")


def test_with_no_display_it_says_so_in_one_line_and_what_to_do(run: Run) -> None:
    refused(run(), "there is no display")
    assert "--screenshot OUT.png" in run().stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is asked on Linux alone")
@pytest.mark.skipif(ctypes.util.find_library("xcb") is None, reason="there is no libxcb to ask with")
def test_a_display_that_does_not_answer_is_refused(run: Run) -> None:
    refused(run(DISPLAY=":4711"), "the display :4711 does not answer")


BAD = [
    (["--bogus"], "--bogus"),
    (["one.h5", "two.h5"], "two.h5"),
    (["--size", "3"], "--size"),
    (["--size", "640x480", "--screenshot", "out.png"], "960x540"),
    (["--seed", "-1"], "--seed"),
    (["--theme", "pink"], "pink"),
    (["--at", "-1"], "--at"),
    (["--screenshot", "gone/out.png"], "gone"),
    (["--screenshot", "folder.png"], "this is a folder"),
    (["--render", "out.avi"], "out.avi"),
    (["--render", "gone/out.gif"], "gone"),
    (["bad.h5", "--render", "out.gif"], "bad.h5: this is not a checkpoint"),
    (["small.h5", "--at", "6", "--screenshot", "out.png"], "T = 5"),
]


@pytest.mark.parametrize(("arguments", "reason"), BAD, ids=[" ".join(arguments) for arguments, _ in BAD])
def test_what_cannot_be_is_refused_in_one_line(run: Run, good_file: Path, arguments: list[str], reason: str) -> None:
    good_file.with_name("bad.h5").write_text("a letter")
    good_file.with_name("folder.png").mkdir()
    before = sorted(good_file.parent.iterdir())
    refused(run(*arguments), reason)
    assert sorted(good_file.parent.iterdir()) == before


def test_a_screenshot_has_the_size_and_the_theme_that_were_asked_for(run: Run, good_file: Path, tmp_path: Path) -> None:
    options = ["--size", "1000x700", "--theme", "dark", "--seed", "3", "--at", "2"]
    succeeded(run(good_file, "--screenshot", "out.png", *options), "out.png: PNG image of 1000 x 700 pixels")
    with Image.open(tmp_path / "out.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    assert pixels.shape == (700, 1000, 3)
    assert pixels[-4, 4].tolist() == [0x17, 0x19, 0x1D]
    assert not list((tmp_path / "home").rglob("*.conf"))


@pytest.mark.parametrize("platform", ["", "xcb"])
def test_a_screenshot_needs_no_display_whatever_platform_is_asked_for(run: Run, good_file: Path, platform: str) -> None:
    done = run(good_file, "--count", "9", "--screenshot", "out.png", QT_QPA_PLATFORM=platform)
    succeeded(done, "out.png: PNG image of 1280 x 800 pixels")


def test_films_and_figure_1_are_rendered(run: Run, good_file: Path, tmp_path: Path) -> None:
    for kind in ("gif", "mp4"):
        succeeded(
            run(good_file, "--count", "500", "--render", f"out.{kind}", "--size", "320x320"),
            f"out.{kind}: rendering Small roll as a {kind.upper()} film: 500 points, T = 5, seed 17",
            f"out.{kind}: {kind.upper()} film, 28 frames of 320 x 320 pixels",
        )
    succeeded(
        run(good_file, "--render", "out.png"),
        "out.png: rendering Small roll as the figure of the paper: 10000 points, T = 5, seed 17",
        "out.png: PNG image of 1200 x 1240 pixels",
    )
    with Image.open(tmp_path / "out.gif") as gif:
        assert gif.size == (320, 320)
        assert frame_count(gif) >= 12
    with av.open(str(tmp_path / "out.mp4")) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert frames[0].shape == (320, 320, 3)
    assert any(not np.array_equal(frame, frames[0]) for frame in frames)
    with Image.open(tmp_path / "out.png") as figure:
        assert figure.size == (1200, 1240)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(("name", "number"), [("out.gif", signal.SIGINT), ("out.png", signal.SIGTERM)])
def test_ctrl_c_while_rendering_is_one_line_and_leaves_no_file(
    start: Callable[..., subprocess.Popen[str]], good_file: Path, name: str, number: signal.Signals
) -> None:
    before = sorted(good_file.parent.iterdir())
    with start(good_file, "--render", name, "--count", "50000", "--size", "1600x900") as rendering:
        assert rendering.stdout.readline().startswith(f"{name}: rendering ")
        rendering.send_signal(number)
        rest, said = rendering.communicate(timeout=60)
    assert (rendering.returncode, rest, said) == (130, "", "dpm-gui: interrupted\n")
    assert sorted(good_file.parent.iterdir()) == before


def test_a_shipped_model_is_rendered_by_its_name(run: Run) -> None:
    done = run("swiss_roll_rbf", "--count", "100", "--render", "out.gif", "--size", "320x320")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(
        "out.gif: rendering Swiss roll, radial basis functions as a GIF film: 100 points, T = 40"
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Wayland is asked on Linux alone")
@pytest.mark.parametrize("platform", ["", "wayland"])
def test_a_wayland_display_that_is_not_there_is_refused(run: Run, platform: str) -> None:
    refused(run(WAYLAND_DISPLAY="wayland-9", QT_QPA_PLATFORM=platform), "the Wayland display wayland-9 does not answer")


def test_version_and_help_need_nothing_at_all(run: Run) -> None:
    version, usage = run("--version"), run("--help")
    assert (version.returncode, version.stderr) == (0, "")
    assert version.stdout.startswith("dpm-gui ")
    assert (usage.returncode, usage.stderr) == (0, "")
    for option in ("--seed", "--at", "--theme", "--size", "--screenshot", "--render"):
        assert option in usage.stdout
