"""Files of every format, made by its grammar and then damaged: through each door a data set, or one line.

``EXAMPLES=100`` tries a thousand files of each format.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.files_for_model import GivenExamples, GivenImage, read_example, read_examples
from core.data.user_data import UserData, read_data
from core.errors import BadInputError
from core.formats.reading.masks import MaskFile, read_mask
from core.values.checkpoints import DataInfo
from tests.support.properties import examples
from tests.support.random_files import FILES

# Of hypothesis, which shows the content of a file that fails.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
SECONDS, BYTES = 5.0, 1e9
KIBIBYTES = 1 if sys.platform == "darwin" else 1024
FILES_OF_EACH = 10
Read = Callable[[str], Any]


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Read]:
    """Everything that reads a user's file: for training, for a model of images, points or bits, and as a mask."""
    folder = tmp_path_factory.mktemp("trained")
    rng = np.random.default_rng(0)
    models: dict[str, tuple[DataInfo, str]] = {}
    trained: dict[str, np.ndarray] = {
        "images": rng.integers(0, 256, (12, 8, 8), dtype=np.uint8),
        "colours": rng.random((12, 8, 8, 3)),
        "points": rng.normal(size=(20, 2)),
        "bits": rng.random((20, 64)) < 0.5,
    }
    for name, values in trained.items():
        np.save(folder / f"{name}.npy", values)
        data = read_data(str(folder / f"{name}.npy"))
        models[name] = data.info, data.kind
    found: dict[str, Read] = {"data": read_data, "mask": read_mask}
    for name, (info, kind) in models.items():
        found[f"examples of {name}"] = partial(read_examples, info=info, kind=kind)
        found[f"an example of {name}"] = partial(read_example, info=info, kind=kind, any_size=True, own_hole=True)
    return found


def processor_seconds() -> float:
    """Return what this process and those that it forked have taken of the processor."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def peak_bytes() -> int:
    """Return the most memory that this process has had, or one that it forked."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(each.ru_maxrss for each in used) * KIBIBYTES


def check(found: object) -> None:
    """Check that what was read is sound."""
    if isinstance(found, UserData):
        assert found.sentence.isprintable()
        assert np.isfinite(found.info.to_model(found.info.examples)).all()
        assert (np.asarray(found.info.scale) > 0).all()
    elif isinstance(found, GivenExamples | GivenImage):
        assert found.sentence.isprintable()
        assert np.isfinite(found.values).all()
        assert found.values.size
    else:
        assert isinstance(found, MaskFile)
        assert found.sentence().isprintable()
        assert ((found.openness >= 0) & (found.openness <= 1)).all()


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_a_data_set_or_one_line_in_bounded_time_and_memory(
    kind: str, doors: dict[str, Read], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path, before = tmp_path / "file", peak_bytes()

    @examples(FILES_OF_EACH)
    @given(FILES[kind], st.sampled_from(sorted(doors)))
    def holds(content: bytes, door: str) -> None:
        path.write_bytes(content)
        for name in {"data", "mask", door}:
            began, line = processor_seconds(), ""
            try:
                check(doors[name](str(path)))
            except BadInputError as error:
                line = str(error)
            assert processor_seconds() - began < SECONDS, name
            assert not line or (line.startswith(f"{path}: ") and line.isprintable()), line

    capfd.readouterr()
    holds()
    assert capfd.readouterr() == ("", "")  # nor do the libraries say anything of their own
    assert peak_bytes() - before < BYTES
