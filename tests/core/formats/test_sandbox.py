"""The child process that reads files first: what it does not survive, or finds too slow or too large, is a refusal."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.errors import BadCheckpointError
from core.formats import sandbox
from core.formats.checkpoints import load
from core.formats.sandbox import FileSandbox
from core.runtime.cancelling import cancellable

posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="the child cannot fork here")

SLOW_CHILD = """
import os, sys, time
import core.formats.sandbox_child as probe

def read(path):
    if "sleeps" in path: time.sleep(60)
    if "works" in path:
        while True: pass
    if "fills" in path: bytearray(4 * 2**30)
    if "aborts" in path: os.abort()
    if "leaves" in path: sys.exit(3)

probe.read, probe.PROCESSOR_SECONDS, probe.WALL_SECONDS = read, 1.0, 0.8
if "sleeps" not in sys.argv: probe.WALL_SECONDS = 30.0
probe.main()
"""


def refusal(asked: FileSandbox, path: Path) -> str:
    with pytest.raises(BadCheckpointError) as caught:
        asked.check(path)
    return caught.value.reason


def named(file: Path, name: str) -> Path:
    shutil.copy(file, file.with_name(name))
    return file.with_name(name)


@posix
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("sleeps", "longer than a file of its size"),
        ("works", "longer than a file of its size"),
        ("fills", "more memory than a file of its size"),
        ("aborts", "library fails"),
        ("leaves", "library fails"),
    ],
)
def test_a_file_that_ends_its_reader_is_refused_and_the_next_one_is_read(
    name: str, reason: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "COMMAND", (sys.executable, "-P", "-c", SLOW_CHILD, name))
    with FileSandbox() as asked:
        asked.check(file)
        assert reason in refusal(asked, named(file, name))
        asked.check(file)


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("import os; os.abort()", "library fails"),
        ("import sys; sys.stdin.readline()", "library fails"),
        ("import time; time.sleep(60)", "seconds"),
        ("import sys; sys.stdin.readline(); print('null', end='', flush=True)", "library fails"),
    ],
)
def test_a_child_that_ends_or_never_answers_is_a_refusal_and_a_new_one_is_asked(
    program: str, reason: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = sandbox.COMMAND
    monkeypatch.setattr(sandbox, "TIMEOUT_SECONDS", 0.7 if reason == "seconds" else 60.0)
    monkeypatch.setattr(sandbox, "COMMAND", (sys.executable, "-c", program))
    with FileSandbox() as asked:
        assert reason in refusal(asked, file)
        monkeypatch.setattr(sandbox, "COMMAND", sound)
        monkeypatch.setattr(sandbox, "TIMEOUT_SECONDS", 60.0)
        asked.check(file)


def test_leaving_ends_the_child_and_leaves_no_thread(file: Path) -> None:
    threads = threading.active_count()
    with FileSandbox() as asked:
        asked.check(file)
        child = asked._child
        assert child is not None
        assert child.poll() is None
    assert child.poll() is not None
    assert threading.active_count() == threads


def test_many_files_are_read_by_one_child(file: Path) -> None:
    with FileSandbox() as asked:
        asked.check(file)
        child = asked._child
        for index in range(5):
            asked.check(named(file, f"{index}.h5"))
        assert asked._child is child


ODD_NAMES = ["two words.h5", "línea.h5", "拡散.h5", "-rf.h5"]


ODD_NAMES += ['quo"te\\.h5', "two\nlines.h5", "\udcff.h5"] if hasattr(os, "fork") else []


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_file_of_any_name_is_read(name: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    load(named(file, name).relative_to(file.parent))


def test_modules_that_lie_about_are_not_run(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    for name in ("json", "h5py", "numpy", "core"):
        Path(f"{name}.py").write_text(f"open('run', 'w').write('{name}')")
    load(file)
    assert not Path("run").exists()


def test_the_child_starts_without_torch() -> None:
    command = [sys.executable, "-c", "import core.formats.sandbox_child, sys; print('torch' in sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert done.stdout == "False\n"


@posix
def test_a_read_that_is_cancelled_ends_at_once_with_all_processes(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "COMMAND", (sys.executable, "-P", "-c", SLOW_CHILD, "a name"))
    begun = time.monotonic()
    with FileSandbox() as asked, cancellable(lambda: time.monotonic() > begun + 1.5):
        reason = refusal(asked, named(file, "sleeps"))
    assert "cancelled" in reason
    assert time.monotonic() - begun < 10.0
