"""The command dpm-gui: what it understands, what it refuses in one line, and what it writes without a display."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

import core
from core.errors import BadInputError
from core.runtime.assets import asset
from core.values.runs import MAX_SEED, RunSpec
from dpm_gui import __main__, app, offscreen
from dpm_gui.__main__ import LEAST_SIZE, MOST_SIZE, main, parser
from dpm_gui.desktop import display
from dpm_gui.desktop.theme import LIGHT
from dpm_gui.dialogs.errors import ErrorDialog
from dpm_gui.export.paper_figures import FIGURE_SIZE
from tests.support.pixels import frame_count


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the one line with which the command refuses these arguments."""
    with pytest.raises(SystemExit) as ended:
        parser().parse_args(arguments)
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith("dpm-gui: ")
    assert err.count("\n") == 1
    return err


# --------------------------------------------------------------------------------------------------- understanding
def test_without_arguments_the_shipped_file_is_opened_with_the_usual_seed() -> None:
    options = parser().parse_args([])
    assert options.file is None
    assert options.seed == RunSpec().seed
    assert options.at is options.theme is options.size is options.screenshot is options.render is None


def test_every_option_is_understood() -> None:
    options = parser().parse_args(
        ["roll.h5", "--seed", "4", "--at", "17", "--theme", "dark", "--size", "1280x800", "--screenshot", "out.png"]
    )
    assert (options.file, options.seed, options.at, options.theme) == ("roll.h5", 4, 17, "dark")
    assert (options.size, options.screenshot) == ((1280, 800), "out.png")


@pytest.mark.parametrize("seed", [0, MAX_SEED])
def test_every_seed_that_the_window_can_show_can_be_given(seed: int) -> None:
    assert parser().parse_args(["--seed", str(seed)]).seed == seed


@pytest.mark.parametrize("side", [LEAST_SIZE, MOST_SIZE])
def test_a_window_may_be_as_small_and_as_large_as_is_said(side: int) -> None:
    assert parser().parse_args(["--size", f"{side}x{side}"]).size == (side, side)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seed", "-1"], "-1"),
        (["--seed", str(MAX_SEED + 1)], f"{MAX_SEED + 1} is not a whole number from 0 to {MAX_SEED}"),
        (["--seed", "1.5"], "1.5 is not a whole number"),
        (["--at", "x"], "'x'"),
        (["--theme", "blue"], "'blue'"),
        (["--size", "1280"], "1280 is not of the form WxH, such as 1280x800"),
        (["--size", "x800"], "x800 is not of the form WxH"),
        (["--size", "12x8x4"], "12x8x4 is not of the form WxH"),
        (["--size", f"{LEAST_SIZE - 1}x800"], f"has a side that is not from {LEAST_SIZE} to {MOST_SIZE} pixels"),
        (["--size", f"800x{MOST_SIZE + 1}"], f"has a side that is not from {LEAST_SIZE} to {MOST_SIZE} pixels"),
        (["--screenshot", "a.png", "--render", "a.gif"], "not allowed with argument"),
        (["a.h5", "b.h5"], "unrecognized arguments: b.h5"),
        ([""], "FILE.h5: the path is empty"),
        (["--screenshot", ""], "--screenshot: the path is empty"),
        (["--render", ""], "--render: the path is empty"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line_that_names_it(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert words in refusal(capsys, *arguments)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"dpm-gui {core.__version__}\n"


# --------------------------------------------------------------------------------------------------------- refusing
def received(capsys: pytest.CaptureFixture[str], status: int, *arguments: object) -> str:
    """Run the command, which is to end with ``status``, and return the one line on stderr."""
    assert main([str(argument) for argument in arguments]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("dpm-gui: ")
    assert err.count("\n") == 1
    return err


def test_a_step_before_the_data_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--at: -1 is not a step" in received(capsys, 2, "--at", -1)


def test_without_a_display_no_window_is_tried(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_platform: str) -> str:
        raise BadInputError("there is no display; do this")

    monkeypatch.setattr(display, "display_platform", refuse)
    monkeypatch.setattr(__main__, "open_window", lambda _options: pytest.fail("a window was opened"))
    assert received(capsys, 2) == "dpm-gui: there is no display; do this\n"


def test_with_a_display_the_window_s_status_is_the_command_s(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    monkeypatch.setattr(__main__, "open_window", lambda options: given.append(options.file) or 7)
    assert main(["folder/roll.h5"]) == 7
    assert given == ["folder/roll.h5"]


@pytest.mark.parametrize(("arguments", "chosen"), [(["--count", "500"], True), ([], False)])
def test_a_number_of_trajectories_that_was_given_counts_as_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], chosen: bool
) -> None:
    received: list[object] = []

    def started(*_: object, count_chosen: bool) -> None:
        received.append(count_chosen)
        raise BadInputError("enough")

    monkeypatch.setattr(offscreen, "make_program", started)
    assert main(["heartbeat", *arguments, "--screenshot", str(tmp_path / "a.png")]) == 2
    assert received == [chosen]


def test_a_shipped_model_is_opened_by_its_name_and_a_file_in_the_folder_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = []
    monkeypatch.setattr(__main__, "open_window", lambda options: given.append(options.file) or 0)
    monkeypatch.chdir(tmp_path)
    assert main(["heartbeat"]) == 0
    assert capsys.readouterr().err == ""
    (tmp_path / "heartbeat.h5").touch()
    assert main(["heartbeat"]) == 0
    assert given == [str(asset("checkpoints/heartbeat.h5")), "heartbeat.h5"]
    assert "this file in the current folder is used" in capsys.readouterr().err


def test_an_unknown_model_is_refused_with_the_shipped_ones_before_a_window_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(__main__, "open_window", lambda _options: pytest.fail("a window was opened"))
    monkeypatch.chdir(tmp_path)
    assert "there are brick, " in received(capsys, 2, "heartbeats")


def test_ctrl_c_ends_without_a_trace(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_options: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(__main__, "open_window", interrupted)
    assert received(capsys, 130) == "dpm-gui: interrupted\n"


@pytest.mark.parametrize(
    ("option", "name", "words"),
    [
        ("--screenshot", "shot.jpg", "does not end in .png"),
        ("--screenshot", "gone/shot.png", "there is no folder"),
        ("--render", "film.avi", "a film ends in .gif or .mp4"),
        ("--render", "gone/figure.png", "there is no folder"),
        ("--render", "gone/film.mp4", "there is no folder"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_before_anything_is_computed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    option: str,
    name: str,
    words: str,
) -> None:
    monkeypatch.setattr(offscreen, "make_program", lambda *_: pytest.fail("the program was started"))
    line = received(capsys, 2, option, tmp_path / name)
    assert words in line
    assert str(tmp_path / name) in line


# --------------------------------------------------------------------------------------------- without a display
@pytest.fixture
def at_home(same_looks: None, trusted: None, tmp_path: Path) -> Iterator[Path]:
    """A folder to write to; afterwards the user's own settings are as they were."""
    settings = QSettings("dpm-gui", "dpm-gui")
    settings.setValue("theme", "dark")
    before = {key: settings.value(key) for key in settings.allKeys()}
    yield tmp_path
    settings.sync()
    assert {key: settings.value(key) for key in settings.allKeys()} == before


def test_a_picture_of_the_window_has_the_size_and_the_theme_that_were_asked_for(
    at_home: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = at_home / "shot.png"
    assert main([files["small"], "--screenshot", str(path), "--size", "1000x700", "--at", "2"]) == 0
    assert capsys.readouterr().out == f"{path}: PNG image of 1000 x 700 pixels\n"
    with Image.open(path) as image:
        assert image.size == (1000, 700)
        colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 20)}
    assert {tuple(bytes.fromhex(hue[1:])) for hue in (LIGHT.window, LIGHT.surface)} <= colours


def test_figure_one_is_rendered_alike_for_one_seed_and_otherwise_for_another(
    at_home: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    images = []
    for number, seed in enumerate(("5", "5", "6")):
        path = at_home / f"{number}.png"
        assert main([files["small"], "--render", str(path), "--seed", seed]) == 0
        with Image.open(path) as image:
            assert image.size == (FIGURE_SIZE.width(), FIGURE_SIZE.height())
            images.append(np.asarray(image.convert("RGB")))
    assert np.array_equal(images[0], images[1])
    assert not np.array_equal(images[0], images[2])


def test_a_film_is_rendered_in_the_size_that_was_asked_for(
    at_home: Path, files: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = at_home / "film.gif"
    assert main([files["other"], "--render", str(path), "--size", "320x320", "--theme", "dark"]) == 0
    with Image.open(path) as film:
        assert film.size == (320, 320)
        assert frame_count(film) > 8


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [("broken", [], "is not a checkpoint"), ("small", ["--at", "6"], "--at: 6 is beyond the last step, T = 5")],
)
def test_what_only_the_file_can_tell_is_refused_too_and_nothing_is_written(
    same_looks: None,
    tmp_path: Path,
    files: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    name: str,
    arguments: list[str],
    words: str,
) -> None:
    path = tmp_path / "shot.png"
    assert words in received(capsys, 2, files[name], "--screenshot", path, *arguments)
    assert not path.exists()


# ------------------------------------------------------------------------------------------------------------- bugs
def test_a_bug_is_written_to_stderr_in_full_and_told_in_the_window_in_one_sentence(
    qapp: QApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        raise ZeroDivisionError("by zero, at t = 3")
    except ZeroDivisionError:
        app.report_bug(*sys.exc_info())
    assert "ZeroDivisionError: by zero, at t = 3" in capsys.readouterr().err
    (dialog,) = [each for each in qapp.topLevelWidgets() if isinstance(each, ErrorDialog) and each.isVisible()]
    (reason,) = dialog.reasons
    assert "ZeroDivisionError" in reason
    assert "by zero" not in reason
    dialog.reject()
