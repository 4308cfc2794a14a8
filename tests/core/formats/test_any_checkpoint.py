"""Checkpoints in which anything may stand in any place: each is read, or refused in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import DpmError
from core.formats.checkpoints import load, read
from core.formats.sandbox import FileSandbox
from core.model import model_from
from core.values.checkpoints import Checkpoint
from tests.support.properties import damaged, examples, outcome

PLACES = [
    "@format",
    "@version",
    "@title",
    "process",
    "process@kind",
    "process@steps",
    "process/betas",
    "network",
    "network@kind",
    "network@config",
    "network/weights",
    "network/weights/first.bias",
    "data",
    "data@name",
    "data@shape",
    "data@value_range",
    "data/shift",
    "data/scale",
    "data/examples",
    "training",
    "training@recipe",
    "training@seed",
    "training@steps_done",
    "training/history",
    "training/state",
    "bound",
    "bound@unit",
    "bound@k",
    "bound@count",
    "bound/kl",
    "bound/entropy_lower",
]

numbers = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans())
texts = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
some_arrays = arrays(
    st.sampled_from(("<f8", "<f4", "<i8", "|u1", "|b1", "|S2")), st.lists(st.integers(0, 5), max_size=3).map(tuple)
)
values: st.SearchStrategy[Any] = st.one_of(st.none(), numbers, texts, some_arrays)


def put(file: h5py.File, place: str, value: object) -> None:
    """Have ``value`` stand at ``place``, an attribute after an @; None takes away what stands there."""
    owner, _, name = place.partition("@")
    if "@" in place:
        group = file[owner or "/"] if (owner or "/") in file else file.create_group(owner)
        group.attrs.pop(name, None)
        if value is not None:
            group.attrs[name] = value
        return
    if place in file:
        del file[place]
    if value is not None:
        parent = place.rpartition("/")[0]
        if parent and not isinstance(file.get(parent), h5py.Group):
            return
        file[place] = value


def test_anything_in_any_place_is_a_checkpoint_or_one_error(file: Path, tmp_path: Path) -> None:
    sound = file.read_bytes()

    @examples(150)
    @given(st.dictionaries(st.sampled_from(PLACES), values, min_size=1, max_size=3))
    def holds(changes: dict[str, object]) -> None:
        path = tmp_path / "changed.h5"
        path.write_bytes(sound)
        with h5py.File(path, "r+") as opened:
            for place, value in changes.items():
                put(opened, place, value)
        found = outcome(read, path, path.read_bytes())
        assert isinstance(found, Checkpoint | DpmError)
        if isinstance(found, Checkpoint):
            assert ((found.betas > 0) & (found.betas <= 1)).all()
            assert all(np.isfinite(weights).all() for weights in found.network.weights.values())
            outcome(lambda changed: model_from(found, changed), path, path.read_bytes())

    holds()


def test_damaged_bytes_are_a_checkpoint_or_one_error(file: Path, tmp_path: Path) -> None:
    sound = file.read_bytes()
    with FileSandbox() as sandbox:

        @examples(40)
        @given(damaged(sound))
        def holds(content: bytes) -> None:
            found = outcome(lambda path: load(path, sandbox), tmp_path / "damaged.h5", content)
            assert isinstance(found, Checkpoint | DpmError)

        holds()
