"""Files that were written before names changed: they open as ever, under the names of today."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

from core.data.registry import source_of
from core.data.sources import Examples
from core.data.user_data import UserData
from core.errors import BadCheckpointError
from core.formats.checkpoint_reading import ATTRIBUTE, OLD_ATTRIBUTE, OLD_PARAMETERS, OLD_SETTINGS
from core.formats.checkpoints import load, read, save
from core.formats.requests import load_request
from core.measurement.examples import what_is
from core.model import model_from
from core.networks.unet import UNet
from core.recipes.run import RecipeRun
from core.recipes.user_data import user_recipe
from core.runtime.assets import asset
from core.values.checkpoints import Checkpoint

DATA = Path(__file__).parents[2] / "data"
OLD = DATA / "version_1"
SHIPPED = sorted(asset("checkpoints").glob("*.h5"))
KEPT = sorted(OLD.glob("*.h5"))
LATER: dict[str, tuple[object, ...]] = {
    "columns": ([],),
    "held_out": (None,),
    "file_scale": (None,),
    "measured_on": ("held-out", "fresh"),
    "noise_added": (False, True),
}
"""Parts that only files of today may have, and what they are in older ones."""
HELD = json.loads((DATA / "checkpoints.json").read_text(encoding="utf-8"))
"""`facts` of every checkpoint that ships, and of those kept here, as they were when names changed."""
PAGE = (Path(__file__).parents[3] / "docs" / "checkpoint.md").read_text(encoding="utf-8")


def facts(checkpoint: Checkpoint) -> dict[str, object]:
    """Return all that ``checkpoint`` says, arrays by their shapes, types and digests."""

    def plain(value: object) -> object:
        if isinstance(value, np.ndarray):
            digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
            return f"{value.dtype} {list(value.shape)} {digest[:16]}"
        if isinstance(value, Mapping):
            return {name: plain(part) for name, part in sorted(value.items())}
        if dataclasses.is_dataclass(value):
            parts = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
            for name in ("kl_standard_error", "model_entropy", "model_entropy_standard_error"):  # not in older files
                if parts.get(name, "") is None:
                    del parts[name]
            return {name: part for name, part in parts.items() if part not in LATER.get(name, ())}
        return [plain(part) for part in value] if isinstance(value, tuple) else value

    found = plain(checkpoint)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_checkpoint_that_ships_says_what_it_said(path: Path) -> None:
    assert facts(read(path)) == HELD[f"shipped/{path.name}"]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_checkpoint_with_old_names_says_what_it_said_and_makes_a_model(path: Path) -> None:
    checkpoint = load(path)
    assert facts(checkpoint) == HELD[f"version_1/{path.name}"]
    assert model_from(checkpoint, path).steps == checkpoint.steps


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_is_written_again_has_the_names_of_today(path: Path, tmp_path: Path) -> None:
    save(read(path), tmp_path / "again.h5")
    assert facts(read(tmp_path / "again.h5")) == facts(read(path))
    with h5py.File(tmp_path / "again.h5") as file:
        kind, config = file["network"].attrs["kind"], json.loads(file["network"].attrs["config"])
        assert not set(OLD_SETTINGS.get(kind, ())) & set(config)
        parts = {part for group in parameter_groups(file) for name in file[group] for part in name.split(".")}
        assert not set(OLD_PARAMETERS.get(kind, ())) & parts
        assert "taken_for" not in file["training"].attrs


def test_a_training_that_was_interrupted_under_old_names_goes_on() -> None:
    path = OLD / "unet_interrupted.h5"
    checkpoint = load(path)
    assert checkpoint.training is not None
    taken = checkpoint.training.interpreted_as
    assert taken == "24 grey pictures of 8 x 8 pixels; 2 of them are kept apart"
    info = checkpoint.data
    source = Examples(info.name, info.examples, info.grey_level)
    recipe = dataclasses.replace(
        user_recipe(UserData("gaussian", source, info, taken, taken)),
        network=lambda _: UNet(width=4, scales=2, blocks=1, bottleneck=2, frequencies=2, added=1, variance_divisor=2),
        batch=4,
        validation=8,
        float16=False,
    )
    run = RecipeRun.resumed(checkpoint, path, recipe)
    assert run.steps_done == 3
    (progress,) = run.train()
    assert (progress.step, progress.total) == (6, 6)
    assert progress.k == pytest.approx(-133.0054981414711, rel=1e-5)  # what the program of before came to
    assert progress.validation_k == pytest.approx(-158.3386817783305, rel=1e-5)


def parameter_groups(file: h5py.File) -> Iterator[str]:
    yield "network/weights"
    if "training/state" in file:
        yield "training/state"


def both_settings(file: h5py.File) -> None:
    config = json.loads(file["network"].attrs["config"])
    file["network"].attrs["config"] = json.dumps(config | {"bottleneck": 2})


def both_parameters(file: h5py.File) -> None:
    file["network/weights/project.0.bias"] = file["network/weights/bring.0.bias"][...]


def both_moments(file: h5py.File) -> None:
    file["training/state/live.0.bottleneck.1.two.bias"] = file["training/state/live.0.middle.1.two.bias"][...]


def both_attributes(file: h5py.File) -> None:
    file["training"].attrs["interpreted_as"] = "something else"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (both_settings, "/network config has 'bottleneck' under its old name, too"),
        (both_parameters, "/network/weights has 'project.0.bias' under its old name, too"),
        (both_moments, "/training/state has 'live.0.bottleneck.1.two.bias' under its old name, too"),
        (both_attributes, "/training has 'interpreted_as' under its old name, too"),
    ],
)
def test_an_entry_under_both_of_its_names_is_refused(change, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "both.h5"
    path.write_bytes((OLD / "unet_interrupted.h5").read_bytes())
    with h5py.File(path, "r+") as file:
        change(file)
    with pytest.raises(BadCheckpointError, match=reason):
        read(path)


def square() -> NDArray[np.bool_]:
    mask = np.zeros((8, 8), dtype=bool)
    mask[2:5, 3:7] = True
    return mask


def test_an_old_request_is_read_under_the_names_of_today() -> None:
    request = load_request(OLD / "request.npz")
    examples = load(OLD / "unet_interrupted.h5").data.examples
    assert np.array_equal(request.image, examples[0])
    assert np.array_equal(request.mask, square())
    assert (request.count, request.seed, request.threads) == (3, 5, 1)
    assert (request.known_mode, request.resample_times, request.timing) == ("clean", 4, "twisted")
    assert (request.weighted, request.particles, request.start) == (False, None, None)


def test_an_old_request_with_weights_is_read_too() -> None:
    request = load_request(OLD / "request_weighted.npz")
    assert request.image.dtype == np.uint8
    assert (request.known_mode, request.resample_times, request.timing) == ("noised", None, None)
    assert (request.weighted, request.particles) == (True, 8)


# ----------------------------------------------------------------------------------------- the page about the format
def described(kind: str) -> str:
    """Return what the page says of networks of ``kind``; of `bit_mlp` much is said under `mlp`."""
    found = PAGE.split(f"## The network `{kind}`")[1].split("\n## ")[0]
    return found + described("mlp") if kind == "bit_mlp" else found


def of_any_number(parameter: str) -> str:
    """Return how the page names ``parameter``: a block's by its end, others with a letter for each number."""
    parts = parameter.split(".")
    if parts[0] in ("down", "bottleneck", "up"):
        return ".".join(parts[-2:])
    return "hidden.0." + parts[-1] if parts[0] == "hidden" else parameter


@pytest.mark.parametrize("path", [*SHIPPED, *KEPT], ids=lambda path: f"{path.parent.name} {path.stem}")
def test_the_page_names_all_that_a_file_holds(path: Path) -> None:
    table = PAGE.split("## The network")[0]
    older = PAGE.split("## Names in older files")[1]
    missing: list[str] = []

    def look(place: str, member: h5py.Group | h5py.Dataset) -> None:
        if "weights/" in place or "state/" in place:
            return
        for name in (place.rpartition("/")[2], *member.attrs):
            named = f"`{name}`" in table or f"`/{place}`" in table or f"`{name}`" in older
            missing.extend([] if named else [f"{place} {name}"])

    with h5py.File(path) as file:
        look("", file)
        file.visititems(look)
    network = read(path).network
    page = described(network.kind)
    missing.extend(name for name in network.config if f"`{name}`" not in page)
    letters = re.sub(r"\.\{\w\}", "", page)
    for name in network.weights:
        found = of_any_number(name)
        if f"`{found}`" not in page and f"`{re.sub(r'[.][0-9]+', '', found)}`" not in letters:
            missing.append(name)
    assert not missing


def test_the_page_lists_every_old_name_beside_its_name_of_today() -> None:
    table = PAGE.split("## Names in older files")[1]
    settings = [pair for names in OLD_SETTINGS.values() for pair in names.items()]
    for old, new in [*settings, (OLD_ATTRIBUTE, ATTRIBUTE)]:
        assert f"`{old}` | `{new}`" in table
    for names in OLD_PARAMETERS.values():
        row = next(row for row in table.splitlines() if "weights" in row).split("|")
        for old, new in names.items():
            assert f"{old}." in row[2]
            assert f"{new}." in row[3]


@pytest.mark.parametrize("path", [*SHIPPED, *KEPT], ids=lambda path: f"{path.parent.name} {path.stem}")
def test_an_older_file_of_a_formula_says_that_k_was_measured_on_fresh_draws(path: Path) -> None:
    checkpoint = read(path)
    if checkpoint.bound is not None:
        source = source_of(checkpoint.data)
        assert checkpoint.bound.measured_on == what_is(source.held_out, source)
