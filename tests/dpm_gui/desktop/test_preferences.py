"""What is remembered comes back from the file, and what is spoilt there reads as its default."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.preferences import MEGABYTE, MOST_RECENT_FILES, Preferences


@pytest.fixture
def preferences(settings: QSettings) -> Preferences:
    return Preferences(settings)


def again(settings: QSettings) -> Preferences:
    """Preferences read anew from the file, as the next start does."""
    settings.sync()
    return Preferences(QSettings(settings.fileName(), QSettings.Format.IniFormat))


def test_a_first_start_finds_the_defaults(preferences: Preferences) -> None:
    assert preferences.theme == "system"
    assert preferences.projector is False
    assert preferences.geometry.isEmpty()
    assert preferences.layout_of("watch").isEmpty()
    assert preferences.recent_files == ()
    assert preferences.run_limit == 2000 * MEGABYTE
    assert Path(preferences.last_folder).is_absolute()


def test_everything_survives_a_restart(settings: QSettings, preferences: Preferences, tmp_path: Path) -> None:
    preferences.theme = "dark"
    preferences.projector = True
    preferences.geometry = QByteArray(b"\x01\x00place")
    preferences.set_layout_of("watch", QByteArray(b"\xffdocks"))
    preferences.last_folder = tmp_path
    preferences.run_limit = 300 * MEGABYTE
    preferences.add_recent_file(tmp_path / "a.h5")
    preferences.save()
    later = again(settings)
    assert later.theme == "dark"
    assert later.projector is True
    assert later.geometry == QByteArray(b"\x01\x00place")
    assert later.layout_of("watch") == QByteArray(b"\xffdocks")
    assert later.last_folder == str(tmp_path)
    assert later.run_limit == 300 * MEGABYTE
    assert later.recent_files == (str(tmp_path / "a.h5"),)


def test_an_unknown_theme_is_refused(preferences: Preferences) -> None:
    with pytest.raises(ValueError, match="'pink'"):
        preferences.theme = "pink"
    assert preferences.theme == "system"


def test_spoilt_values_read_as_defaults(settings: QSettings) -> None:
    settings.setValue("theme", ["dark", "light"])
    settings.setValue("projector", 7)
    settings.setValue("window/geometry", "no bytes")
    settings.setValue("layout/watch", 3)
    settings.setValue("recent_files", 12)
    settings.setValue("last_folder", ["x"])
    later = again(settings)
    assert later.theme == "system"
    assert later.projector is False
    assert later.geometry.isEmpty()
    assert later.layout_of("watch").isEmpty()
    assert later.recent_files == ()
    assert Path(later.last_folder).is_absolute()


def test_a_layout_of_another_version_is_not_restored(settings: QSettings, preferences: Preferences) -> None:
    preferences.set_layout_of("watch", QByteArray(b"docks"))
    settings.setValue("window/version", "0")
    assert again(settings).layout_of("watch").isEmpty()


def test_the_file_opened_last_is_the_first_and_none_is_twice(preferences: Preferences) -> None:
    for name in ("/a.h5", "/b.h5", "/a.h5"):
        preferences.add_recent_file(name)
    assert preferences.recent_files == ("/a.h5", "/b.h5")


def test_ten_recent_files_are_kept(settings: QSettings, preferences: Preferences) -> None:
    for number in range(14):
        preferences.add_recent_file(f"/{number}.h5")
    assert preferences.recent_files == tuple(f"/{number}.h5" for number in range(13, 3, -1))
    assert len(again(settings).recent_files) == MOST_RECENT_FILES


@pytest.mark.parametrize("names", [[], ["/one, with a comma.h5"], ["/ä ö.h5", "/b;c.h5"]])
def test_any_number_and_any_name_of_recent_files_comes_back(
    settings: QSettings, preferences: Preferences, names: list[str]
) -> None:
    preferences.add_recent_file("/other.h5")
    preferences.clear_recent_files()
    for name in reversed(names):
        preferences.add_recent_file(name)
    assert again(settings).recent_files == tuple(names)


@pytest.mark.parametrize(
    ("written", "names"),
    [("/a.h5", ("/a.h5",)), ("/a.h5, /b.h5", ("/a.h5", "/b.h5")), ("@Invalid()", ()), ("", ()), ("@Variant(x", None)],
)
def test_a_list_is_read_from_a_file_of_an_earlier_start(
    tmp_path: Path, written: str, names: tuple[str, ...] | None
) -> None:
    file = tmp_path / "earlier.ini"
    file.write_text(f"[General]\nrecent_files={written}\n")
    read = Preferences(QSettings(str(file), QSettings.Format.IniFormat)).recent_files
    assert isinstance(read, tuple) if names is None else read == names


def test_a_recent_file_that_is_gone_stays_until_it_is_removed(preferences: Preferences, tmp_path: Path) -> None:
    preferences.add_recent_file(tmp_path / "gone.h5")
    assert preferences.recent_files == (str(tmp_path / "gone.h5"),)
    preferences.remove_recent_file(tmp_path / "gone.h5")
    assert preferences.recent_files == ()


def test_a_relative_path_is_remembered_as_an_absolute_one(
    preferences: Preferences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    preferences.add_recent_file("a.h5")
    assert preferences.recent_files == (str(tmp_path / "a.h5"),)


def test_a_change_of_the_recent_files_is_told_once_and_no_change_is_not(preferences: Preferences, qtbot: QtBot) -> None:
    received: list[tuple[str, ...]] = []
    preferences.recent_changed.connect(lambda: received.append(preferences.recent_files))
    preferences.add_recent_file("/a.h5")
    preferences.add_recent_file("/a.h5")
    preferences.remove_recent_file("/b.h5")
    preferences.clear_recent_files()
    preferences.clear_recent_files()
    assert received == [("/a.h5",), ()]


def test_a_last_folder_that_is_gone_is_replaced_by_one_that_is_there(preferences: Preferences, tmp_path: Path) -> None:
    preferences.last_folder = tmp_path / "gone"
    assert preferences.last_folder != str(tmp_path / "gone")


@pytest.mark.parametrize("spoilt", ["", "-1", "many", "1e3", "²", "9" * 30])
def test_a_spoilt_limit_of_remembered_runs_reads_as_the_default(settings: QSettings, spoilt: str) -> None:
    settings.setValue("runs/megabytes", spoilt)
    assert Preferences(settings).run_limit == 2000 * MEGABYTE


def test_remembered_runs_are_in_the_cache_folder_of_the_user(
    preferences: Preferences, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert preferences.run_folder == tmp_path / "dpm-gui" / "runs"
    assert not preferences.run_folder.exists()
