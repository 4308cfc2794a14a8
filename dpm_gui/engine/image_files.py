"""Images, sequences of bits and masks in files of the user's, read for the open model by the engine's one reader.

All of these generators yield one value, and belong in a job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.errors import BadCheckpointError
from core.formats import requests
from core.values.checkpoints import MAX_LEVEL, DataInfo, from_levels, to_levels
from core.values.inpainting import InpaintingRequest
from dpm_gui.engine.given_examples import CHECKPOINT_SUFFIXES, ArrayChoice
from dpm_gui.engine.opening import Opened

if TYPE_CHECKING:
    from core.formats.reading.masks import MaskFile

FITTED, CROPPED = "fitted", "cropped"


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """A file that is to be opened as a checkpoint.

    Attributes:
        path: The file.
    """

    path: str


@dataclass(frozen=True, slots=True, eq=False)
class ExampleInFile:
    """One image or sequence of bits.

    Attributes:
        values: ``[*shape]``, user's units of the model; an image may have another height and width than the model's.
        openness: The mask erased in the image itself, ``[H, W]``, 0 (known) … 1 (to be inpainted); None if it has none.
        interpreted_as: What it was interpreted as and what was converted; one line.
        fit: How the image was brought to the model's size; None if it has not been.
    """

    values: NDArray[np.floating]
    openness: NDArray[np.float32] | None
    interpreted_as: str
    fit: Fit | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """How an image was brought to another size; a mask of its size is treated alike.

    Attributes:
        size: Its own height and width, pixels.
        how: "fitted" if it was stretched, "cropped" if it was scaled to cover the new size and its middle was kept.
    """

    size: tuple[int, int]
    how: str


@dataclass(frozen=True, slots=True, eq=False)
class MaskInFile:
    """A mask for the image at hand.

    Attributes:
        openness: ``[H, W]`` or, for a sequence, ``[D]``: 0 (known) … 1 (to be inpainted).
        sentence: How it was read and how much is open; one line.
    """

    openness: NDArray[np.float32]
    sentence: str


FileContent = InpaintingRequest | CheckpointFile | ExampleInFile | ArrayChoice
Value = TypeVar("Value")


def read_file(opened: Opened, path: str, soft: bool = False) -> Iterator[FileContent]:
    """Yield what the file at ``path`` holds: a request for inpainting, a checkpoint, an image or sequence, or arrays.

    Greys of a hole in an image are told of as a confidence if ``soft``.

    Raises:
        BadInputError: If it is none of these; one sentence that begins with ``path``.
        BadCheckpointError: If it is a damaged HDF5 file.
    """
    if requests.is_record(path):
        yield requests.load_request(path)
    elif _is_checkpoint(path):
        yield CheckpointFile(path)
    else:
        yield from _or_choice(path, lambda: _example(opened, path, soft))


def fit_example(example: ExampleInFile, data: DataInfo, fit: Fit) -> Iterator[ExampleInFile]:
    """Yield an image at the size of ``data``, as ``fit`` says; what is transparent does not colour what is not."""
    levels = to_levels(example.values, data.value_range, data.grey_level)
    openness = example.openness
    if openness is None:
        values = from_levels(_fitted(levels, data.shape, fit.how), data.value_range)
    else:
        opacity = np.rint((1.0 - openness) * MAX_LEVEL).astype(np.uint8)
        scaled = _fitted(np.dstack([levels, opacity]), data.shape, fit.how)
        values = from_levels(scaled[..., :-1].reshape(data.shape), data.value_range)
        openness = np.float32(1) - scaled[..., -1].astype(np.float32) / np.float32(MAX_LEVEL)
    yield replace(example, values=values, openness=openness, fit=fit)


def read_mask(
    path: str, shape: tuple[int, ...], fit: Fit | None, soft: bool = False
) -> Iterator[MaskInFile | ArrayChoice]:
    """Yield the mask in the file at ``path`` for an example of ``shape``, or the arrays of which one must be chosen.

    Args:
        path: Any file that the reader of masks takes.
        shape: ``(H, W)`` or ``(H, W, 3)`` of an image, ``(D,)`` of a sequence.
        fit: How the image was brought to its size, if it was.
        soft: Whether greys are told of as a confidence.

    Raises:
        BadInputError: If it is no mask, or does not fit; one sentence that begins with ``path``.
    """
    yield from _or_choice(path, lambda: _mask(path, shape, fit, soft))


def _mask(path: str, shape: tuple[int, ...], fit: Fit | None, soft: bool) -> MaskInFile:
    from core.formats.reading import masks
    from core.formats.reading.contents import located

    mask = masks.read_mask(path)
    if fit is not None and mask.openness.shape == fit.size != shape[:2]:
        levels = np.rint(mask.openness * MAX_LEVEL).astype(np.uint8)
        openness = _fitted(levels, shape, fit.how).astype(np.float32) / np.float32(MAX_LEVEL)
        mask = masks.MaskFile(openness, f"{mask.rule}, {fit.how} like the image")
    else:
        with located(path):
            mask = mask.for_shape(shape)
    mask = _of_pixels(mask)
    return MaskInFile(mask.openness, mask.sentence(soft=soft))


def _or_choice(path: str, read: Callable[[], Value]) -> Iterator[Value | ArrayChoice]:
    """Yield what ``read`` returns, or the arrays in the file at ``path`` if it holds several."""
    from core.formats.arrays import SeveralArraysError

    try:
        yield read()
    except SeveralArraysError as error:
        yield ArrayChoice(path, error.shapes, str(error))


def _is_checkpoint(path: str) -> bool:
    """Return whether the file at ``path`` is a checkpoint, or a missing file with the suffix of one."""
    from core.formats.checkpoint_reading import NO_CHECKPOINT
    from core.formats.checkpoints import load
    from core.formats.hdf5 import is_hdf5

    try:
        if not is_hdf5(path):
            return False
    except OSError:
        return Path(path).suffix.lower() in CHECKPOINT_SUFFIXES
    try:
        load(path)
    except BadCheckpointError as error:
        if error.reason == NO_CHECKPOINT:
            return False
        raise
    return True


def _of_pixels(mask: MaskFile) -> MaskFile:
    """Return ``mask`` with one openness for all channels of a pixel."""
    if mask.openness.ndim <= 2:
        return mask
    return replace(mask, openness=mask.openness.max(axis=2), rule=f"{mask.rule}; a pixel is open if one of them is")


def _example(opened: Opened, path: str, soft: bool) -> ExampleInFile:
    from core.data.files_for_model import read_example
    from core.formats.reading.contents import located
    from core.posterior.inpainting import model_for

    data, kind = opened.checkpoint.data, opened.checkpoint.kind
    given = read_example(path, data, kind, any_size=True, own_hole=True, missing=True)
    if data.is_image and opened.takes_any_size:
        with located(path):
            model_for(opened.model, given.values.shape)
    if given.hole is None:
        return ExampleInFile(given.values, None, given.interpreted_as)
    hole = _of_pixels(given.hole)
    openness = hole.openness if soft or hole.mask.any() else None
    return ExampleInFile(given.values, openness, f"{given.interpreted_as}; {hole.sentence(soft=soft)}")


def _fitted(levels: NDArray[np.uint8], shape: tuple[int, ...], how: str) -> NDArray[np.uint8]:
    """Return ``levels`` [H, W] or [H, W, 2 … 4] at the size of ``shape``; opacity in a last channel weights colours."""
    from PIL import Image

    height, width = levels.shape[:2]
    across, down = float(width), float(height)
    if how == CROPPED:
        scale = min(height / shape[0], width / shape[1])
        across, down = scale * shape[1], scale * shape[0]
    left, top = (width - across) / 2, (height - down) / 2
    scaled = Image.fromarray(np.ascontiguousarray(levels)).resize(
        (shape[1], shape[0]), Image.Resampling.LANCZOS, (left, top, left + across, top + down)
    )
    return np.asarray(scaled)
