"""The look for Qt's system libraries, without touching the system."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "system_libraries.py"


@pytest.fixture
def script(monkeypatch):
    """The script as a module, on a Linux that has apt-get and lacks two libraries; installing is refused."""
    specification = importlib.util.spec_from_file_location("system_libraries", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(module, "is_loadable", lambda library: library not in {"libGL.so.1", "libEGL.so.1"})
    monkeypatch.setattr(module, "install", lambda packages: pytest.fail("apt-get was touched"))
    return module


def test_nothing_is_said_or_done_when_all_is_there(script, monkeypatch, capsys):
    monkeypatch.setattr(script, "is_loadable", lambda library: True)
    assert script.main() == 0
    assert capsys.readouterr() == ("", "")


def test_a_user_is_told_the_one_line(script, monkeypatch, capsys):
    monkeypatch.setattr(script.os, "geteuid", lambda: 1000)
    assert script.main() == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("apt-get install --yes --no-install-recommends libgl1 libegl1")


def test_root_gets_them_installed(script, monkeypatch):
    there = set()
    monkeypatch.setattr(script.os, "geteuid", lambda: 0)
    monkeypatch.setattr(script, "is_loadable", lambda library: script.PACKAGE_OF_LIBRARY[library] in there)
    monkeypatch.setattr(script, "install", lambda packages: there.update(packages) or True)
    assert script.main() == 0
    assert there == set(script.PACKAGE_OF_LIBRARY.values())


def test_root_is_told_the_line_when_installing_does_not_help(script, monkeypatch, capsys):
    monkeypatch.setattr(script.os, "geteuid", lambda: 0)
    monkeypatch.setattr(script, "install", lambda packages: True)
    assert script.main() == 2
    assert "libgl1 libegl1" in capsys.readouterr().err


def test_another_distribution_is_told_and_not_stopped(script, monkeypatch, capsys):
    monkeypatch.setattr(script.shutil, "which", lambda name: None)
    assert script.main() == 0
    assert "libGL.so.1, libEGL.so.1" in capsys.readouterr().err
