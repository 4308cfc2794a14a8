"""Standard output that takes nothing more: a full disk, a closed pipe, none at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import pytest

from core.errors import OutputError
from core.runtime.command_line import BAD_INPUT, READER_GONE, StandardOutput, exit_status
from core.values.checkpoints import Checkpoint

ROOT = Path(__file__).resolve().parents[3]
FULL = Path("/dev/full")
COMMANDS = {
    "the help": ["core.cli", "--help"],
    "the version": ["core.cli", "--version"],
    "the help of a command": ["core.cli", "bound", "--help"],
    "info": ["core.cli", "info", "small.h5"],
    "bound": ["core.cli", "bound", "small.h5", "--count", "20"],
    "sample": ["core.cli", "sample", "small.h5", "--count", "3", "--out", "x.npy"],
    "models": ["core.cli", "models"],
    "recipes": ["core.cli", "recipes"],
    "rates": ["core.cli", "rates", "heartbeat_fast", "--family", "constant_erasure", "--json"],
    "the window's version": ["dpm_gui", "--version"],
    "the window's help": ["dpm_gui", "--help"],
}
each_command = pytest.mark.parametrize("arguments", list(COMMANDS.values()), ids=list(COMMANDS))


def ended(arguments: list[str], folder: Path, output: IO[Any] | int | None, *closed: int) -> tuple[int, str]:
    """Run a command whose standard output is ``output``; return its status and what it said on stderr."""

    def close() -> None:
        for descriptor in closed:
            os.close(descriptor)

    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=output, stderr=subprocess.PIPE, text=True, check=False,
        preexec_fn=close,
    )  # fmt: skip
    return done.returncode, done.stderr


def is_one_line(said: str, reason: str) -> bool:
    return said.count("\n") == 1 and said.startswith("dpm") and reason in said


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is full")
@each_command
def test_a_full_disk_is_one_line_and_status_2(file: Path, arguments: list[str]) -> None:
    with FULL.open("w") as full:
        status, said = ended(arguments, file.parent, full)
    assert status == BAD_INPUT
    assert is_one_line(said, "standard output: it cannot be written: No space left on device")


@each_command
def test_a_reader_that_has_ended_is_one_line_and_status_1(file: Path, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        status, said = ended(arguments, file.parent, writing)
    finally:
        os.close(writing)
    assert status == READER_GONE
    assert is_one_line(said, "standard output: its reader has ended")


@pytest.mark.skipif(os.name != "posix", reason="descriptors are closed before the start on POSIX alone")
@each_command
def test_a_standard_output_that_is_closed_is_one_line_and_status_2(file: Path, arguments: list[str]) -> None:
    status, said = ended(arguments, file.parent, None, 1)
    assert status == BAD_INPUT
    assert is_one_line(said, "standard output: it is closed")


def test_what_has_been_written_to_a_file_stays_though_it_cannot_be_said(file: Path) -> None:
    ended(COMMANDS["sample"], file.parent, None, 1)
    assert (file.parent / "x.npy").exists()


def test_a_command_that_prints_nothing_needs_no_standard_output(file: Path) -> None:
    assert ended(["core.cli", "check", "small.h5"], file.parent, None, 1) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="descriptors are closed before the start on POSIX alone")
def test_a_refusal_that_nobody_can_read_is_still_status_2(file: Path) -> None:
    assert ended(["core.cli", "info", "gone.h5"], file.parent, None, 2) == (BAD_INPUT, "")
    assert ended(["core.cli", "info"], file.parent, None, 2) == (BAD_INPUT, "")


def test_an_output_that_is_not_there_refuses_only_what_is_written_to_it() -> None:
    output = StandardOutput(None)
    output.flush()
    assert not output.isatty()
    with pytest.raises(OutputError, match=r"^standard output: it is closed"):
        output.write("a")


def test_the_standard_output_is_put_back(capsys: pytest.CaptureFixture[str], small: Checkpoint) -> None:
    before = sys.stdout
    assert exit_status("dpm", lambda: print("a") or 0) == 0
    assert sys.stdout is before
    assert capsys.readouterr().out == "a\n"
