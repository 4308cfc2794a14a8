"""What `dpm inpaint` is to do: the request in its files and options."""

from __future__ import annotations

import argparse
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.commands.common import blamed_on
from core.errors import BadInputError
from core.formats.writing.images import format_of
from core.values.inpainting import InpaintingRequest, enlarged

if TYPE_CHECKING:
    from core.data.files_for_model import GivenImage
    from core.formats.reading.masks import MaskFile
    from core.formats.reading.pairs import ImagePair
    from core.model import DiffusionModel

HOLES = {True: "an image with a transparent hole", False: "an array with NaN where it is open"}
"""What needs no mask, by whether examples are images."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadRequest:
    """A request, and what its files were interpreted as.

    Attributes:
        request: The request.
        sentences: What the image and the mask were interpreted as, a sentence each.
        facts: The same by name, for JSON.
    """

    request: InpaintingRequest
    sentences: tuple[str, ...] = ()
    facts: dict[str, object] = dataclasses.field(default_factory=dict)


def request_of_spec(options: argparse.Namespace) -> ReadRequest:
    """Return the request in the file of --spec, with the given options replaced.

    Raises:
        BadInputError: If it cannot be read, or an option contradicts it.
    """
    for name in ("image", "mask", "pad", "soft"):
        if getattr(options, name):
            raise BadInputError(f"--spec: it holds an image and a mask; leave --{name} out")
    from core.formats.requests import load_request

    return ReadRequest(dataclasses.replace(load_request(options.spec), **_changes(options)))


def read_request(
    options: argparse.Namespace,
    model: DiffusionModel,
    pair: ImagePair | None = None,
    given: GivenImage | None = None,
) -> ReadRequest:
    """Return the request for --image and --mask, or for a ``pair`` of an image and a mask in their place.

    ``given`` is the image, if it has been read already.

    Raises:
        BadInputError: If a file cannot be read, or does not fit the model or the other file.
    """
    from core.formats.reading.masks import read_mask
    from core.posterior.inpainting import check_known, model_for

    path, mask_path = (options.image, options.mask) if pair is None else (pair.image, pair.mask)
    margins, mask = _margins(options, model), None if mask_path is None else read_mask(mask_path)
    given = read_image(options, model, pair, mask) if given is None else given
    mask = _fitting(mask, mask_path, path, given, enlarged_frame=margins is not None, of_images=model.data.is_image)
    image, openness = given.values, np.zeros(given.values.shape, np.float32) if mask is None else mask.openness
    if margins is not None:
        image, openness = enlarged(image, openness, margins)
    with blamed_on("--pad" if margins is not None else path):
        sized = model_for(model, image.shape)
    known = openness < (1.0 if options.soft else 0.5)
    _check_openness(mask_path or path, known, openness == 0, rough=options.start is not None)
    changes = _changes(options)
    if "count" not in changes and (pair is not None or format_of(options.out) is not None):
        changes["count"] = 1
    confidence = 1 - openness if options.soft else None
    request = InpaintingRequest(image, ~known, confidence=confidence, **changes)
    open_entries = request.ignored if options.start is None else np.zeros_like(request.mask)
    check_known(sized, request.image, open_entries, path)
    size = "" if margins is None else f"; the frame is enlarged to {image.shape[0]} x {image.shape[1]} pixels"
    sentences = [given.sentence + size]
    if mask is not None:
        sentences.append(mask.sentence(soft=options.soft))
    return ReadRequest(request, tuple(sentences), dict(zip(("image", "mask"), sentences, strict=False)))


def read_image(
    options: argparse.Namespace, model: DiffusionModel, pair: ImagePair | None = None, mask: MaskFile | None = None
) -> GivenImage:
    """Return the example at --image, or that of ``pair``, in the model's units; open points and bits may be anything.

    Raises:
        BadInputError: If it cannot be read, or does not fit the model.
    """
    from core.data.files_for_model import read_example
    from core.posterior.large_images import takes_any_size

    path, mask_path = (options.image, options.mask) if pair is None else (pair.image, pair.mask)
    info, kind = model.data, model.process.kind
    points = kind == "binomial" or not info.is_image
    ignored = mask.mask if mask is not None and points and options.start is None and not options.soft else None
    any_size, own_hole = takes_any_size(model), mask_path is None
    return read_example(path, info, kind, any_size=any_size, own_hole=own_hole, missing=True, ignored=ignored)


def _fitting(
    mask: MaskFile | None, mask_path: str | None, path: str, given: GivenImage, *, enlarged_frame: bool, of_images: bool
) -> MaskFile | None:
    """Return ``mask``, or the image's own hole, for ``given``; None if only a new border is to be inpainted."""
    if mask is not None:
        with blamed_on(str(mask_path)):
            return mask.for_shape(given.values.shape)
    if given.hole is None and not enlarged_frame:
        raise BadInputError(
            f"--mask: it is missing, and {path} has no hole of its own; give --mask, or {HOLES[of_images]}"
        )
    return None if given.hole is None else given.hole.for_shape(given.values.shape)


def _check_openness(path: str, known: NDArray[np.bool_], wholly_known: NDArray[np.bool_], *, rough: bool) -> None:
    """Refuse a mask that is empty, or full unless the whole image is noised and denoised (``rough``)."""
    if wholly_known.all():
        raise BadInputError(f"{path}: the mask is empty, so there is nothing to inpaint")
    if not known.any() and not rough:
        raise BadInputError(f"{path}: the mask is full, so nothing is known; `dpm sample` is for that")


def _margins(options: argparse.Namespace, model: DiffusionModel) -> tuple[int, int, int, int] | None:
    """Return the numbers of pixels of --pad, if it is given."""
    from core.posterior.large_images import takes_any_size

    if options.pad is None:
        return None
    if not takes_any_size(model):
        raise BadInputError(
            f"--pad: this model takes data of shape {model.data.shape} alone; "
            "the frame can grow only with a convolutional model of images, such as gravel"
        )
    left, top, right, bottom = options.pad
    return left, top, right, bottom


def _changes(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options that were given, by the names of the request."""
    names = ("count", "seed", "known_mode", "timing", "resample_times", "start", "particles")
    given = {name: getattr(options, name) for name in names} | {"weighted": options.weighted or None}
    changes = {name: value for name, value in given.items() if value is not None}
    if options.weighted and options.resample_times is None:
        changes["resample_times"] = None  # weights exclude RePaint resampling, whatever the file holds
    return changes
