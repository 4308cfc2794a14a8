"""The command that gives what is on show: read by the programs themselves, and refused where there is none."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadInputError
from core.formats.requests import load_request, save_request
from core.runtime.assets import shipped_models
from core.values.inpainting import InpaintingRequest
from core.values.runs import Branch, RunSpec
from dpm_gui.__main__ import parser
from dpm_gui.window.shown_command import inpaint_command, model_word, run_command

SPEC = RunSpec(count=500, seed=42)
REQUEST = InpaintingRequest(np.arange(6.0).reshape(2, 3), np.eye(2, 3, dtype=bool), count=3, seed=5, threads=1)
AWKWARD = "my models/it's; $(x).h5"


def options_of(command: str) -> argparse.Namespace:
    program, *words = shlex.split(command)
    assert program == "dpm-gui"
    return parser().parse_args(words)


def test_the_window_s_own_parser_reads_the_command_of_a_run(tmp_path: Path) -> None:
    path, data = str(tmp_path / AWKWARD), str(tmp_path / "a b.csv")
    options = options_of(run_command(path, SPEC, 17, data))
    assert (options.file, options.seed, options.count, options.at, options.data) == (path, 42, 500, 17, data)
    options = options_of(run_command(path, SPEC, None, None))
    assert (options.at, options.data) == (None, None)


def test_a_shipped_model_is_named_and_any_other_file_has_its_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, path = next(iter(shipped_models().items()))
    assert model_word(str(path)) == name
    monkeypatch.chdir(tmp_path)
    assert model_word(f"{name}.h5") == str(tmp_path / f"{name}.h5")


def test_what_no_command_gives_is_refused_with_the_way_out() -> None:
    branch = Branch(3, 0)
    for spec in (replace(SPEC, branches=(branch,)), replace(SPEC, denoise_from=3)):
        with pytest.raises(BadInputError, match="Go back to pure noise"):
            run_command("x.h5", spec, 0, None)


def test_a_request_in_a_file_is_given_to_dpm_inpaint(tmp_path: Path) -> None:
    path = str(tmp_path / "a request.npz")
    save_request(REQUEST, path)
    assert shlex.split(inpaint_command(str(tmp_path / AWKWARD), REQUEST, (load_request(path), path))) == [
        *("dpm", "inpaint", str(tmp_path / AWKWARD), "--spec", path, "--out", "samples.png"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 4},
        {"seed": 6},
        {"image": REQUEST.image + 1},
        {"mask": ~REQUEST.mask},
        {"resample_times": 7},
        {"weighted": True},
        {"start": 2},
        {"confidence": np.full((2, 3), 0.5, np.float32)},
    ],
)
def test_a_request_that_was_changed_after_it_was_saved_is_to_be_saved_first(changes: dict[str, object]) -> None:
    changed = replace(REQUEST, **changes)  # type: ignore[arg-type]
    for saved in (None, (REQUEST, "request.npz")):
        with pytest.raises(BadInputError, match="Save the request first"):
            inpaint_command("x.h5", changed, saved)


def test_threads_and_defaults_that_are_written_out_are_no_change() -> None:
    same = replace(REQUEST, threads=2, resample_times=REQUEST.effective_resample_times, timing="constant")
    assert "request.npz" in inpaint_command("x.h5", REQUEST, (same, "request.npz"))
