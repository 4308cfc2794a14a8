"""`dpm check` over some three hundred damaged and malicious files at once: each is refused in one line, and no more."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import h5py
import pytest

from core.formats.checkpoints import save
from core.values.checkpoints import Checkpoint
from tests.support.damaged_files import Damaged, corpus

ROOT = Path(__file__).resolve().parents[3]
SECONDS, BYTES = 5.0, 1e9


@dataclass(frozen=True)
class Checked:
    """What one run of `dpm check` said of all files, and what lay in their folder before and after it."""

    made: list[Damaged]
    status: int
    out: str
    lines: list[str]
    before: dict[str, object]
    after: dict[str, object]

    def reason(self, path: Path) -> str | None:
        """Return what was said of ``path``, or None if nothing was."""
        begin = f"{' '.join(str(path).splitlines())}: "
        found = [line.removeprefix(begin) for line in self.lines if line.startswith(begin)]
        assert len(found) <= 1
        return found[0] if found else None


def contents(folder: Path) -> dict[str, object]:
    """Return size, time and content of everything in ``folder``."""
    found: dict[str, object] = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        small = path.is_file() and not path.is_symlink() and status.st_size < 1e8
        found[str(path)] = (
            status.st_mode,
            status.st_size,
            status.st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest() if small else None,
        )
    return found


def in_new_style(path: Path) -> bytes:
    """Return the checkpoint at ``path`` as HDF5 of the newest kind: other structures, with check sums."""
    image = io.BytesIO()
    with h5py.File(path) as old, h5py.File(image, "w", libver="latest") as new:
        for name, value in old.attrs.items():
            new.attrs[name] = value
        for name in old:
            old.copy(name, new)
    return image.getvalue()


@pytest.fixture(scope="module")
def checked(small: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    folder = tmp_path_factory.mktemp("damaged")
    save(small, folder / "sound.h5")
    made = corpus(folder, (folder / "sound.h5").read_bytes(), in_new_style(folder / "sound.h5"))
    made = [Damaged(folder / "sound.h5", None), *made, Damaged(folder / "sound.h5", None)]
    before = contents(folder)
    command = [sys.executable, "-m", "core.cli", "check", *(str(file.path) for file in made)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    return Checked(made, done.returncode, done.stdout, done.stderr.splitlines(), before, contents(folder))


@pytest.mark.timeout(150)
def test_every_damaged_file_is_refused_with_its_reason_and_no_harmless_one_is(checked: Checked) -> None:
    assert len(checked.made) >= 150
    wrong = []
    for file in checked.made:
        found = checked.reason(file.path)
        fits = file.reason is None if found is None else file.reason is not None and file.reason in found
        if not fits and not (found is None and file.either):
            wrong.append((file.path.name, file.reason, found))
    assert not wrong


def test_the_command_says_so_in_one_line_a_file_and_exits_with_2(checked: Checked) -> None:
    refused = {file.path for file in checked.made if checked.reason(file.path) is not None}
    assert (checked.status, checked.out) == (2, "")
    assert len(checked.lines) == len(refused)
    assert all(line.isprintable() and len(line) < 800 for line in checked.lines)


def test_neither_the_files_nor_any_other_are_touched(checked: Checked) -> None:
    assert checked.after == checked.before


def test_what_is_cut_off_is_refused_wherever_it_is_cut(checked: Checked) -> None:
    cut = [file for file in checked.made if " cut at " in file.path.name]
    assert len(cut) >= 40
    assert all(checked.reason(file.path) is not None for file in cut)


def test_flipped_bytes_are_noticed_or_harmless(checked: Checked) -> None:
    flipped = [file for file in checked.made if " flipped " in file.path.name]
    noticed = [file for file in flipped if checked.reason(file.path) is not None]
    assert len(flipped) >= 80
    assert len(flipped) / 3 < len(noticed) < len(flipped)


def test_good_files_alone_are_exit_0_and_not_a_word(checked: Checked) -> None:
    good = [str(file.path) for file in checked.made if file.reason is None][:5]
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", "check", *good], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


COSTS = """
import json, resource, sys
from core.formats.sandbox_child import verdict_of_a_fork

used, costs = 0.0, {}
for path in json.load(sys.stdin):
    verdict_of_a_fork(path)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    costs[path] = children.ru_utime + children.ru_stime - used
    used += costs[path]
print(json.dumps([costs, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits and units of Linux")
def test_no_file_costs_more_than_five_seconds_or_a_gigabyte(checked: Checked) -> None:
    paths = [str(file.path) for file in checked.made if os.path.isfile(file.path)]  # noqa: PTH113 - pathlib's raises where a name is too long
    done = subprocess.run(
        [sys.executable, "-c", COSTS], cwd=ROOT, input=json.dumps(paths), capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    costs, most = json.loads(done.stdout)
    assert len(costs) >= 150
    assert {path: seconds for path, seconds in costs.items() if seconds > SECONDS} == {}
    assert most < BYTES
