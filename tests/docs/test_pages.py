"""The code on the pages is true: every Python block runs, and every command line is one that its command takes.

The ten lines of docs/checkpoint.md need a module to write, and run in tests/core/formats/test_network_checkpoints.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("[!c]*.md")))
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
MODULES = {"dpm": "core.cli", "dpm-gui": "dpm_gui"}


def blocks() -> list[tuple[str, str]]:
    """Return name and text of each Python block of the pages."""
    return [
        (f"{page.name}-{number}", found[1])
        for page in PAGES
        for number, found in enumerate(BLOCK.finditer(page.read_text(encoding="utf-8")))
    ]


def command_lines() -> list[str]:
    """Return the command lines in the README's indented blocks, comments cut off, continued lines joined."""
    lines: list[str] = []
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].rstrip()
        if re.match(r" {4}dpm(-gui)? ", text):
            lines.append(text.strip())
        elif lines and re.match(r" {8,}\S", text):
            lines[-1] += " " + text.strip()
    return lines


def help_of(command: str, sub_command: str) -> str:
    arguments = [
        sys.executable,
        "-m",
        MODULES[command],
        *([sub_command] if command == "dpm" and sub_command else []),
        "--help",
    ]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize(("name", "code"), blocks(), ids=lambda value: value if "\n" not in value else "")
def test_the_code_on_a_page_runs(name: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len([line for line in code.splitlines() if line.strip()]) < 30
    exec(compile(code, name, "exec"), {"__name__": name})


@pytest.mark.parametrize("line", command_lines())
def test_a_command_of_the_readme_has_the_options_that_are_named(line: str) -> None:
    command, _, rest = line.partition(" ")
    offered = set(re.findall(r"--[a-z][a-z-]*", help_of(command, rest.split()[0])))
    assert set(re.findall(r"--[a-z][a-z-]*", rest)) <= offered


def test_the_readme_names_every_command() -> None:
    listed = re.findall(r"^    (\w+) +\w", help_of("dpm", ""), re.MULTILINE)
    named = {line.split()[1] for line in command_lines() if line.startswith("dpm ")}
    assert listed
    assert set(listed) - {"recipes"} <= named
