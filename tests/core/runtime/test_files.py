"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from core.errors import OutputError
from core.runtime.files import atomic_folder, atomic_path, check_output_path

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links of POSIX")


def write(path: Path | str, text: str) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text(text)


def write_half(path: Path, raised: type[BaseException]) -> None:
    with atomic_path(path) as temporary:
        temporary.write_text("half")
        raise raised


def test_what_is_written_is_there_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_the_temporary_file_lies_beside_the_file_and_has_its_suffix(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "film.gif") as temporary:
        assert temporary.parent == tmp_path.resolve()
        assert temporary.suffix == ".gif"
        assert not (tmp_path / "film.gif").exists()
        temporary.write_bytes(b"x")


@pytest.mark.parametrize("raised", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path, raised: type[BaseException]) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(raised):
        write_half(path, raised)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_is_told_in_one_sentence_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with pytest.raises(OutputError) as told, atomic_path(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert str(told.value) == f"{path}: cannot be written: the disk is full"
    assert list(tmp_path.iterdir()) == []


def test_an_error_without_a_number_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written: unable to extend"), atomic_path(tmp_path / "a.h5"):
        raise OSError("unable to extend")


def test_an_error_about_another_file_is_passed_on_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "a.txt"):
        (tmp_path / "not there").read_text()
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "a.txt"
    with pytest.raises(OutputError) as told:
        write(path, "new")
    assert str(told.value).startswith(f"{path}: there is no folder {tmp_path.resolve() / 'gone'}")


def test_a_file_is_no_folder_to_write_in(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        write(tmp_path / "file" / "a.txt", "new")


@pytest.mark.parametrize("name", ["", "/", "/."])
def test_a_folder_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="this is a folder"):
        write(f"{tmp_path / 'folder'}{name}", "new")


def test_a_name_that_ends_in_a_slash_is_refused_even_if_nothing_is_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="this is a folder"):
        write(f"{tmp_path}/new/", "new")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(OutputError, match="this is not a file name"):
        check_output_path(name)


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=": cannot be written: the name is too long"):
        write(tmp_path / ("x" * 300), "new")


@posix
def test_what_is_no_ordinary_file_is_not_replaced(tmp_path: Path) -> None:
    # A pipe of this test alone, never a device such as /dev/null: should the guard fail, root would replace that.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OutputError, match="not an ordinary file"):
        write(pipe, "new")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@posix
def test_a_link_stays_a_link_to_the_new_content(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "a.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)
    write(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


@posix
def test_a_new_file_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "a.txt", "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640


@posix
def test_a_replaced_file_hands_on_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o604)
    write(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@pytest.mark.parametrize(
    ("forbidden", "what"),
    [("folder", "no permission to write in the folder"), ("a.txt", "this file is write-protected")],
)
def test_a_missing_permission_is_told_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forbidden: str, what: str
) -> None:
    path = tmp_path / "folder" / "a.txt"
    path.parent.mkdir()
    path.write_text("old")
    # Asked of the system rather than set: root, who may do everything, runs these tests too.
    monkeypatch.setattr(os, "access", lambda asked, mode: Path(asked).name != forbidden)
    with pytest.raises(OutputError, match=what):
        write(path, "new")
    assert path.read_text() == "old"


def test_checking_touches_nothing(tmp_path: Path) -> None:
    assert check_output_path(tmp_path / "a.txt") == tmp_path.resolve() / "a.txt"
    assert list(tmp_path.iterdir()) == []


# ----------------------------------------------------------------------------------------------------------- folders
def write_two(path: Path | str) -> None:
    with atomic_folder(path) as temporary:
        for name in ("a", "b"):
            (temporary / name).write_text(name)


@pytest.mark.parametrize("exists", [False, True])
def test_the_files_of_a_folder_come_all_at_once(tmp_path: Path, exists: bool) -> None:
    folder = tmp_path / "new"
    if exists:
        folder.mkdir()
    with atomic_folder(folder) as temporary:
        (temporary / "a").touch()
        assert not list(folder.glob("a"))
    assert [path.name for path in folder.iterdir()] == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_an_empty_folder_remains_the_same_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    number = tmp_path.stat().st_ino
    write_two(".")
    assert tmp_path.stat().st_ino == number
    assert sorted(path.name for path in Path().iterdir()) == ["a", "b"]


def test_a_folder_with_files_in_it_is_refused_and_kept(tmp_path: Path) -> None:
    write_two(tmp_path / "new")
    with pytest.raises(OutputError, match="this folder is not empty"):
        write_two(tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["a", "b"]


def test_a_full_disk_leaves_no_part_of_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_text(path: Path, _: str) -> None:
        path.touch()
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_text", write_text)
    with pytest.raises(OutputError, match="the disk is full"):
        write_two(f"{tmp_path / 'new'}/")
    assert list(tmp_path.iterdir()) == []
