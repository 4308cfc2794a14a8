"""Shipped files are found in a checkout and in a wheel, and what is not shipped is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import BadCheckpointError
from core.runtime import assets
from core.runtime.assets import asset, find_model, is_shipped, shipped_models
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


# --------------------------------------------------------------------------------------------------- models by name
@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["digits", "digits.h5"])
def test_a_shipped_model_is_found_by_its_name_with_or_without_its_suffix(empty_folder: Path, name: str) -> None:
    assert find_model(name) == (str(asset("checkpoints/digits.h5")), "")


@pytest.mark.parametrize(
    ("name", "there", "found"),
    [
        ("digits", ["digits"], "digits"),
        ("digits", ["digits.h5"], "digits.h5"),
        ("digits", ["digits", "digits.h5"], "digits"),
        ("digits.h5", ["digits.h5"], "digits.h5"),
    ],
)
def test_a_file_of_that_name_in_the_folder_comes_first_and_it_is_said(
    empty_folder: Path, name: str, there: list[str], found: str
) -> None:
    for each in there:
        (empty_folder / each).touch()
    path, remark = find_model(name)
    assert path == found
    assert remark == f"{found}: this file in the current folder is used, not the shipped model digits"


def test_a_folder_that_bears_the_name_of_a_model_does_not_hide_it(empty_folder: Path) -> None:
    (empty_folder / "digits").mkdir()
    assert find_model("digits") == (str(asset("checkpoints/digits.h5")), "")


@pytest.mark.parametrize("name", ["./digits", "digits/", "elsewhere/digits.h5", "/digits", ""])
def test_a_path_is_never_the_name_of_a_model(empty_folder: Path, name: str) -> None:
    assert find_model(name) == (name, "")


def test_other_files_and_folders_are_what_they_are(empty_folder: Path) -> None:
    (empty_folder / "mine.h5").touch()
    (empty_folder / "folder").mkdir()
    assert [find_model(name) for name in ("mine.h5", "folder", ".")] == [("mine.h5", ""), ("folder", ""), (".", "")]


@pytest.mark.parametrize("name", ["digitz", "digitz.h5"])
def test_an_unknown_name_lists_the_shipped_models(empty_folder: Path, name: str) -> None:
    with pytest.raises(BadCheckpointError, match=f"^{name}: there is no such file") as refused:
        find_model(name)
    assert all(model in str(refused.value) for model in shipped_models())
    assert isinstance(refused.value.__cause__, FileNotFoundError)


def test_a_package_without_checkpoints_has_no_models(package: Path, empty_folder: Path) -> None:
    assert shipped_models() == {}
    with pytest.raises(BadCheckpointError, match=r"there are none$"):
        find_model("digits")
