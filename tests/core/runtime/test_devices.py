"""Waking: everything a run needs is imported, torch's large library without the interpreter's lock."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.runtime import devices

ROOT = Path(__file__).parents[3]


class Loader:
    """Takes the place of the loader of libraries, and keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def __call__(self, name: object) -> Loader:
        assert name is None
        return self

    @property
    def dlopen(self) -> Any:
        def load(path: bytes, mode: int) -> int:
            self.asked.append((os.fsdecode(path), mode))
            return 1

        return load


@pytest.fixture
def loader(monkeypatch: pytest.MonkeyPatch) -> Loader:
    made = Loader()
    monkeypatch.setattr(ctypes, "CDLL", made)
    monkeypatch.setattr(sys, "platform", "linux")
    return made


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the library of torch belongs: torch is installed in a folder of its own and has not been imported."""
    spec = importlib.util.spec_from_file_location("torch", tmp_path / "__init__.py", submodule_search_locations=[])
    assert spec is not None
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec if name == "torch" else None)
    (tmp_path / "lib").mkdir()
    return tmp_path / "lib" / devices.LIBRARIES["linux"]


def test_waking_imports_what_a_run_needs_and_nothing_of_it_is_there_before() -> None:
    code = """
import sys
from dpm_gui.engine import opening
before = set(sys.modules)
for _ in opening.preload(): pass
print(*sorted(name for name in set(sys.modules) - before if name in ("torch", "h5py") or name.startswith("core.")))
print("torch" in before or "h5py" in before)
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    woken, early = run.stdout.splitlines()
    assert {"torch", "h5py", "core.formats.checkpoints", "core.model", "core.sampling.trajectories"} <= set(
        woken.split()
    )
    assert early == "False"


def test_the_library_is_loaded_by_a_call_that_lets_other_threads_go_on(loader: Loader, library: Path) -> None:
    library.touch()
    devices.load_torch_library()
    assert loader.asked == [(str(library), os.RTLD_NOW | os.RTLD_LOCAL)]


def test_where_the_library_is_not_in_its_place_the_import_is_left_to_itself(loader: Loader, library: Path) -> None:
    devices.load_torch_library()
    assert loader.asked == []


def test_on_another_system_and_once_torch_is_there_nothing_is_loaded_by_hand(
    loader: Loader, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.touch()
    monkeypatch.setattr(sys, "platform", "win32")
    devices.load_torch_library()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setitem(sys.modules, "torch", sys)
    devices.load_torch_library()
    assert loader.asked == []


def test_without_torch_installed_waking_is_left_to_the_import_that_says_so(
    loader: Loader, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.touch()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    devices.load_torch_library()
    assert loader.asked == []


def test_the_library_is_where_the_installed_torch_has_it() -> None:
    name = devices.LIBRARIES.get(sys.platform)
    if name is None:
        pytest.skip("the import of torch is left to itself on this system")
    found = importlib.util.find_spec("torch")
    assert found is not None
    assert found.submodule_search_locations
    assert (Path(found.submodule_search_locations[0]) / "lib" / name).is_file()
