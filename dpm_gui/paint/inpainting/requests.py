"""Conversion between the document and an inpainting request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.values.checkpoints import DataInfo
from core.values.inpainting import InpaintingRequest
from core.values.runs import Frame
from dpm_gui.paint.document.document import HALF, PaintDocument
from dpm_gui.paint.inpainting.options import COUNTS, InpaintChanges, InpaintOptions


@dataclass(frozen=True, slots=True, eq=False)
class PaintState:
    """What is inpainted, and how; arrays are read-only.

    Attributes:
        image: ``[H, W]`` or ``[H, W, 3]``, user's units; a sequence is an image of one row.
        openness: The mask of the document, ``[H, W]``, float32, 0 (known) … 1 (to be inpainted).
        options: The options of inpainting.
        seed: Seed of all randomness.
    """

    image: NDArray[Any]
    openness: NDArray[np.float32]
    options: InpaintOptions
    seed: int

    def same_as(self, other: PaintState) -> bool:
        """Return whether image, mask, options and seed are equal."""
        return (
            (self.options, self.seed) == (other.options, other.seed)
            and _equal(self.image, other.image)
            and _equal(self.openness, other.openness)
        )


def request_of(state: PaintState, threads: int, *, row: bool) -> InpaintingRequest:
    """Return the inpainting request of ``state``; with ``row``, of its single row, which is a sequence.

    Raises:
        BadInputError: If the request is invalid.
    """
    image, options = state.image, state.options
    mask = state.openness >= HALF
    confidence = 1 - state.openness if options.soft and state.openness.any() else None
    if options.start is not None and not mask.any():
        mask = np.ones_like(mask)  # without a mask the whole image is noised and denoised
    return InpaintingRequest(
        image=image[0] if row else image,
        mask=mask[0] if row else mask,
        count=options.count,
        seed=state.seed,
        threads=threads,
        known_mode=options.known_mode,
        resample_times=0 if options.weighted else options.resample_times,
        weighted=options.weighted,
        particles=options.chain_count if options.weighted else None,
        start=options.start,
        confidence=confidence if confidence is None or not row else confidence[0],
    )


def load_request_into(document: PaintDocument, request: InpaintingRequest) -> None:
    """Load image and mask of ``request`` into the document; an RGB pixel is as open as the most open of its colours."""
    mask = as_image(request.mask if request.confidence is None else 1 - request.confidence)
    kind = np.result_type(request.image.dtype, np.float32)
    pixels = np.asarray(mask if mask.ndim == 2 else mask.max(axis=2))
    document.replace_image(as_image(request.image.astype(kind)), "open request", pixels)


def options_of_request(request: InpaintingRequest) -> InpaintChanges:
    """Return the entries of `InpaintOptions` that ``request`` sets."""
    options = InpaintChanges(
        known_mode=request.known_mode,
        weighted=request.weighted,
        start=request.start,
        count=min(request.count, COUNTS[1]),
        particles=request.chain_count,
        soft=request.confidence is not None,
    )
    if not request.weighted:
        options["resample_times"] = request.effective_resample_times
    return options


class ExampleSource:
    """Iterates over the examples and the samples of one checkpoint."""

    def __init__(self, data: DataInfo) -> None:
        self._data = data
        self._examples: NDArray[np.floating] = data.examples
        self._example = 0
        self._sample = -1

    @property
    def example(self) -> NDArray[np.float32]:
        """The present example, ``[*shape]``, user's units."""
        example: NDArray[np.float32] = self._examples[self._example].astype(self._data.examples.dtype)
        return example

    def step_by(self, step: int, given: NDArray[np.floating] | None = None) -> NDArray[np.float32]:
        """Move by ``step`` examples, cyclically, and return the one reached, ``[*shape]``, user's units.

        The examples are those of the checkpoint, or the user's if some are ``given``; others begin with their first.
        """
        examples = self._data.examples if given is None else given
        if examples is not self._examples:
            self._examples, self._example = examples, -1 if step > 0 else 0
        self._example = (self._example + step) % len(examples)
        return self.example

    def next_sample(self, frame: Frame) -> NDArray[np.float32]:
        """Return the next sample in ``frame``, ``[*shape]``, user's units; images have whole grey levels."""
        self._sample = (self._sample + 1) % len(frame.x)
        image: NDArray[np.float32] = self._data.to_user(frame.x[self._sample][None])[0]
        if self._data.grey_level is not None:
            image = np.floor(image).clip(*self._data.value_range)
        return image


def as_image(example: NDArray[Any]) -> NDArray[Any]:
    """Return an example as an image; a sequence becomes an image of one row."""
    return example if example.ndim > 1 else example[None]


def _equal(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Return whether two arrays are equal, NaN counting as equal to NaN."""
    return one is other or np.array_equal(one, other, equal_nan=True)
