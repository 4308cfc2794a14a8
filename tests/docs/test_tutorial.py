"""The answers of docs/tutorial.md are those of the shipped models and of the engine."""

from __future__ import annotations

import json
import math
import re
from functools import cache

import numpy as np
import pytest

from core.cli import main
from core.runtime.assets import page, shipped_models
from core.values.runs import Branch, RunSpec
from dpm_gui.app import WORKSPACES
from dpm_gui.engine.opening import Opened, open_checkpoint
from dpm_gui.engine.runs import drift, run
from dpm_gui.engine.values import REVERSE, SideFrame
from dpm_gui.window.workspaces import all_commands

TEXT = page("tutorial.md").read_text(encoding="utf-8")
LESSON, _, LAST_PART = TEXT.partition("## Answers")
ANSWERS = {
    found[1]: " ".join(found[2].split())
    for found in re.finditer(r"^- \*\*(\d[a-c])\.\*\* (.*?)(?=^- |^$)", LAST_PART, re.MULTILINE | re.DOTALL)
}
EXERCISES = re.findall(r"^- \*\*(\d[a-c])\.\*\*", LESSON, re.MULTILINE)
ROLL, BITS, DIGITS = "swiss_roll", "heartbeat_fast", "digits"
MINUS = "\N{MINUS SIGN}"


@cache
def opened(name: str) -> Opened:
    found = list(open_checkpoint(str(shipped_models()[name])))[-1]
    assert isinstance(found, Opened)
    return found


def says(number: str, *texts: str) -> None:
    for text in texts:
        assert text in ANSWERS[number], f"{number}: {text!r} is not in {ANSWERS[number]!r}"


def per_cent(name: str, t: int) -> str:
    """Return the signal at step ``t`` as the timeline reads it."""
    return f"{round(100 * float(opened(name).alpha_bars[t]))} %"


def half_gone(name: str) -> int:
    return int(np.argmax(opened(name).alpha_bars < 0.5))


def spread_of_futures(t: int) -> float:
    """Return the standard deviation of where futures of a sample of the roll at step ``t`` end, model units."""
    spec = RunSpec(count=4, seed=17, branches=(Branch(t, 0),))
    frames = [each for each in run(opened(ROLL), spec) if isinstance(each, SideFrame) and each.side == REVERSE]
    ends = np.concatenate([each.frame.x for each in frames if each.frame.t == 0 and not each.preview])
    return float(ends.std(axis=0).max())


def test_every_exercise_has_an_answer() -> None:
    assert len(EXERCISES) == 21
    assert sorted(EXERCISES) == sorted(ANSWERS)


def test_the_steps_at_which_half_of_the_signal_is_gone() -> None:
    says("1a", f"t = {half_gone(ROLL)},", per_cent(ROLL, half_gone(ROLL)))
    says("5b", f"t = {half_gone(BITS)}.")
    says("6a", f"t = {half_gone(DIGITS)}.")


def test_the_signal_at_other_steps() -> None:
    says("1b", per_cent(ROLL, 20))
    assert opened(ROLL).alpha_bars[40] == pytest.approx(0.001)
    says("1c", "a tenth of a per cent")
    says("6c", f"t = 250 there is {per_cent(DIGITS, 250)}", f"t = 500 still {per_cent(DIGITS, 500)}")
    says("6c", f"t = 750 only {per_cent(DIGITS, 750)}")
    assert f"*signal {per_cent(ROLL, 26)}, noise" in TEXT


def test_the_arrows_lead_to_the_middle_in_noise_and_to_the_roll_near_the_data() -> None:
    frames = {each.t: each for each in drift(opened(ROLL), 1, (0, 1)) if each.t in (5, 40)}
    data = opened(ROLL).checkpoint.data
    roll, late, early = data.to_model(data.examples), frames[40], frames[5]
    lengths = np.linalg.norm(late.drift, axis=1) * np.linalg.norm(late.x, axis=1)
    towards_middle = -(late.drift * late.x).sum(axis=1) / np.maximum(lengths, 1e-9)
    assert np.median(towards_middle[np.linalg.norm(late.x, axis=1) > 1]) > 0.9
    before, after = (
        np.linalg.norm(places[:, None] - roll, axis=2).min(axis=1) for places in (early.x, early.x + early.drift)
    )
    near = (before > 0.1) & (before < 0.3)
    assert np.mean(after[near] < before[near]) > 0.9
    says("2a", "At t = 5 to the nearest turn, at t = 40 to the middle")


def test_futures_of_a_noisier_state_end_further_apart() -> None:
    assert spread_of_futures(20) > 1.5 * spread_of_futures(5)
    says("2c", "Of that at t = 20")


def test_the_entropy_bounds() -> None:
    lower, upper = opened(ROLL).entropies.lower, opened(ROLL).entropies.upper
    says("3a", f"t = {int(np.argmax(upper > 0)) + 1}.")
    meet = int(np.flatnonzero(upper - lower >= 0.1)[-1]) + 2
    says("3b", f"t = {meet},", per_cent(ROLL, meet))
    assert np.isneginf(lower[0])
    says("3c", "Minus infinity")


def test_the_bound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", ROLL, "--json"]) == 0
    info = json.loads(capsys.readouterr().out)
    bound = opened(ROLL).checkpoint.bound
    assert info["K_bits"] == bound.k
    says("4a", f"{bound.gain:.1f} bits per {bound.unit}")
    says("4b", f"{bound.truth - bound.k:.2f} bits", f"{bound.standard_error:.3f}")
    assert 2**bound.gain == pytest.approx(9, abs=0.5)
    says("4c", "some nine times")


def test_the_bits() -> None:
    bound, examples = opened(BITS).checkpoint.bound, opened(BITS).checkpoint.data.examples
    assert len(np.unique(examples, axis=0)) == 5
    assert bound.truth == pytest.approx(math.log2(1 / 5), abs=1e-4)
    says("5a", "Five", f"{MINUS}{-bound.truth:.3f} bits")
    assert examples.mean(axis=0) == pytest.approx(0.2, abs=0.06)
    assert opened(BITS).alpha_bars[-1] == 0.0
    says("5c", "0.2 at t = 0", "0.5 at t = T")


def test_the_code_length_of_digits() -> None:
    says("6b", f"{opened(DIGITS).checkpoint.bound.bits_per_dimension:.3f} bits per 8-bit value")


def test_where_digits_differ() -> None:
    std = opened(DIGITS).checkpoint.data.examples.std(axis=0)
    row, column = np.unravel_index(std.argmax(), std.shape)
    assert 7 <= row < 23
    assert 7 <= column < 21
    assert std[0].max() == 0.0
    says("7b", "In the middle", "In the first row it is 0")


def test_the_images_and_pages_that_it_names_are_there() -> None:
    folder = page("tutorial.md").parent
    names = [name for name in re.findall(r"\]\(([^)]+)\)", TEXT) if "://" not in name]
    assert len(names) >= 5
    assert [name for name in names if not (folder / name).exists()] == []


def test_the_keys_that_it_names_do_what_it_says() -> None:
    commands = {command.name: command for command in all_commands(WORKSPACES)}
    keys = {"arrows": "3", "new_seed": "Ctrl+R", "branch": "U", "shares": "2", "x0_estimate": "2", "difference": "4"}
    keys |= {"invert_mask": "I", "undo": "Ctrl+Z", "home": "Home", "end": "End", "shortcuts": "F1"}
    for name, key in keys.items():
        assert key in commands[name].keys
        assert f"**{key}**" in TEXT
    assert {commands["take_tour"].text, commands["by_signal"].text} <= {
        words for name in re.findall(r"\*([A-Z][^*]+)\*", TEXT) for words in name.split(", ")
    }
    for model in (BITS, DIGITS):
        assert f"*{opened(model).checkpoint.title}*" in TEXT
