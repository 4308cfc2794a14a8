"""Shipped files are found in a checkout and in a wheel, and what is not shipped is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.runtime import assets
from core.runtime.assets import asset, is_shipped
from dpm_gui.window.commands import SHIPPED_CHECKPOINTS


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package without assets, the engine beside it."""
    folder = tmp_path / "site" / "dpm_gui"
    folder.mkdir(parents=True)
    monkeypatch.setattr(assets, "__file__", str(tmp_path / "site" / "core" / "runtime" / "assets.py"))
    return folder


def ship(folder: Path) -> Path:
    path = folder / "assets" / "icons" / "play.svg"
    path.parent.mkdir(parents=True)
    path.write_text("<svg/>")
    return path


@pytest.mark.parametrize("command", SHIPPED_CHECKPOINTS)
def test_the_checkpoints_that_every_copy_has_are_shipped(command: str) -> None:
    assert asset(SHIPPED_CHECKPOINTS[command]).is_file()
    assert is_shipped(SHIPPED_CHECKPOINTS[command])
    assert asset("icons").is_dir()
    assert not is_shipped("checkpoints/of_nobody.h5")


def test_a_checkout_has_its_assets_beside_the_package(package: Path) -> None:
    beside = ship(package.parent)
    assert asset("icons/play.svg") == beside


def test_a_wheel_has_its_assets_inside_the_package_and_they_come_first(package: Path) -> None:
    ship(package.parent)
    inside = ship(package)
    assert asset("icons/play.svg") == inside


def test_what_is_not_shipped_is_named(package: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"^icons/pause\.svg: not among the shipped assets$"):
        asset("icons/pause.svg")
    assert not is_shipped("icons/pause.svg")
