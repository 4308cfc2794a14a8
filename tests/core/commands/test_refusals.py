"""The command `dpm` on bad input: exit 2, one line on stderr, nothing written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import cli


def make_inputs(folder: Path) -> None:
    """Put one file of every kind of bad data into ``folder``."""
    np.save(folder / "shape.npy", np.zeros((5, 3)))
    np.save(folder / "nan.npy", np.full((5, 2), np.nan))
    np.save(folder / "huge.npy", np.full((5, 2), 1e300))
    np.save(folder / "texts.npy", np.array(["a", "b"]))
    np.save(folder / "objects.npy", np.array([None, 1], dtype=object), allow_pickle=True)
    np.save(folder / "one.npy", np.zeros((1, 2)))
    whole = (folder / "shape.npy").read_bytes()
    (folder / "cut.npy").write_bytes(whole[:-7])
    (folder / "endless.npy").write_bytes(whole.replace(b"(5, 3), }      ", b"(10000000000000, 3), }"))
    (folder / "beyond.npy").write_bytes(whole.replace(b"(5, 3), }" + b" " * 30, b"(" + b"9" * 30 + b", 3), }    "))
    (folder / "header.npy").write_bytes(whole[:10] + b"(" * (len(whole) - 10))
    (folder / "text.npy").write_text("1 2 3")
    (folder / "empty.npy").touch()


BAD = [
    ([], "COMMAND"),
    (["paint"], "paint"),
    (["info"], "file"),
    (["info", "small.h5", "--jsn"], "--jsn"),
    (["info", "missing.h5"], "missing.h5"),
    (["info", "."], "folder"),
    (["info", "digitz"], "digits"),
    (["info", ""], "file: the path is empty"),
    (["check", "small.h5", ""], "file: the path is empty"),
    (["sample", "small.h5", "--count", "5", "--out", ""], "--out: the path is empty"),
    (["sample", "small.h5", "--count", "5", "--out", "x.npy", "--trajectory", ""], "--trajectory: the path is empty"),
    (["bound", "small.h5", "--data", ""], "--data: the path is empty"),
    (["inpaint", "small.h5", "--image", "", "--mask", "one.npy", "--out", "x.npy"], "--image: the path is empty"),
    (["inpaint", "small.h5", "--image", "one.npy", "--mask", "", "--out", "x.npy"], "--mask: the path is empty"),
    (["inpaint", "small.h5", "--spec", "", "--out", "x.npy"], "--spec: the path is empty"),
    (["inpaint", "small.h5", "--save-spec", "", "--out", "x.npy"], "--save-spec: the path is empty"),
    (["inpaint", "small.h5", "--image", "one.npy", "--mask", "one.npy", "--out", ""], "--out: the path is empty"),
    (["train", "--data", ""], "--data: the path is empty"),
    (["train", "swiss_roll", "--rates", ""], "--rates: the path is empty"),
    (["train", "swiss_roll", "--out", ""], "--out: the path is empty"),
    (["train", "--resume", ""], "--resume: the path is empty"),
    (["rates", "swiss_roll", "--out", ""], "--out: the path is empty"),
    (["sample", "small.h5", "--out", "x.npy"], "--count"),
    (["sample", "small.h5", "--count", "0", "--out", "x.npy"], "count"),
    (["sample", "small.h5", "--count", "-3", "--out", "x.npy"], "count"),
    (["sample", "small.h5", "--count", "many", "--out", "x.npy"], "--count"),
    (["sample", "small.h5", "--count", "99999999999", "--out", "x.npy"], "count"),
    (["sample", "small.h5", "--count", "5", "--seed", "-1", "--out", "x.npy"], "seed"),
    (["sample", "small.h5", "--count", "5", "--seed", str(2**70), "--out", "x.npy"], "seed"),
    (["sample", "small.h5", "--count", "5", "--out", "x.txt"], "x.txt"),
    (["sample", "small.h5", "--count", "5", "--out", "nowhere/x.npy"], "nowhere"),
    (["sample", "small.h5", "--count", "5", "--out", "folder.npy"], "folder"),
    (["sample", "small.h5", "--count", "5", "--out", "small.h5/x.npy"], "small.h5"),
    (["sample", "missing.h5", "--count", "5", "--out", "x.npy"], "missing.h5"),
    (["bound", "small.h5", "--count", "0"], "count"),
    (["bound", "small.h5", "--count", "1"], "--count: one example has no standard error; give two or more"),
    (["sample", "small.h5", "--count", "1", "--strided", "99", "--out", "x.npy"], "--strided: 99"),
    (["bound", "small.h5", "--data", "missing.npy"], "missing.npy"),
    (["bound", "small.h5", "--data", "folder.npy"], "folder.npy"),
    (["bound", "small.h5", "--data", "shape.npy"], "(5, 3)"),
    (["bound", "small.h5", "--data", "nan.npy"], "nan.npy"),
    (["bound", "small.h5", "--data", "huge.npy"], "units"),
    (["bound", "small.h5", "--data", "texts.npy"], "texts.npy"),
    (["bound", "small.h5", "--data", "objects.npy"], "objects.npy"),
    (["bound", "small.h5", "--data", "one.npy"], "one example"),
    (["bound", "small.h5", "--data", "cut.npy"], "cut.npy"),
    (["bound", "small.h5", "--data", "endless.npy"], "endless.npy"),
    (["bound", "small.h5", "--data", "beyond.npy"], "beyond.npy"),
    (["bound", "small.h5", "--data", "header.npy"], "header.npy"),
    (["bound", "small.h5", "--data", "text.npy"], "text.npy"),
    (["bound", "small.h5", "--data", "empty.npy"], "empty.npy"),
    (["bound", "small.h5", "--data", "small.h5"], "small.h5"),
    (["train"], "recipe"),
    (["train", "cats"], "cats"),
    (["train", "swiss_roll", "--steps", "0"], "steps"),
    (["train", "swiss_roll", "--seed", "-1"], "seed"),
    (["train", "swiss_roll", "--out", "nowhere/x.h5"], "nowhere"),
    (["train", "swiss_roll", "--out", "folder.npy"], "folder.npy"),
    (["train", "--resume", "missing.h5"], "missing.h5"),
    (["train", "--resume", "small.h5", "--steps", "9"], "--resume"),
    (["train", "swiss_roll", "--resume", "small.h5"], "--resume"),
    (["train", "--resume", "small.h5"], "small.h5"),
]


@pytest.mark.parametrize(("arguments", "reason"), BAD, ids=[" ".join(arguments) or "-" for arguments, _ in BAD])
def test_bad_input_is_exit_2_and_one_line(
    arguments: list[str], reason: str, file: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(file.parent)
    make_inputs(file.parent)
    (file.parent / "folder.npy").mkdir()
    before = sorted(file.parent.iterdir())
    try:
        status: object = cli.main(arguments)
    except SystemExit as ending:  # what argparse itself refuses
        status = ending.code
    assert status == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert said.err.startswith("dpm")
    assert reason in said.err
    assert sorted(file.parent.iterdir()) == before
