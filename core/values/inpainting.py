"""Requests for inpainting and their results: plain frozen values, numpy alone.

Images are in user's units here, so that known values come back unchanged, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values.arrays import check_numbers, read_only
from core.values.potentials import KNOWN_MODES, TIMINGS, check_choice, check_resample_times
from core.values.runs import DEFAULT_SEED, usable_threads

DEFAULT_RESULTS = 16
DEFAULT_RESAMPLE_TIMES = 2
"""Without resampling, new content fits the known content badly: shapes break off at the border of the mask."""
KNOWN_MODE_TEXTS = {
    ("clean", False): "clean",
    ("clean", True): "clean, through the x^0 estimate",
    ("noised", False): "noised",
    ("noised", True): "noised",
}
"""How known entries are treated, by `InpaintingRequest.known_mode` and whether the timing is "twisted"."""


@dataclass(frozen=True, slots=True, eq=False)
class InpaintingRequest:
    """An image with a known part, and how the rest is to be inpainted.

    Attributes:
        image: ``[*shape]``, user's units, real numbers of any type; values where the mask is True are ignored, unless
            `start` is set.
        mask: ``[*shape]``, True where an entry is to be inpainted; for an RGB image ``[H, W]`` is accepted. With a
            confidence, it is where that is below 1, whatever is given.
        count: Number of results.
        seed: Seed of all randomness.
        threads: Threads of the computation.
        known_mode: See `core.values.potentials.Mask`.
        resample_times: See `core.values.potentials.Mask`; None for the default, which is 0 with weights.
        timing: See `core.values.potentials.Posterior`; None for the default.
        weighted: Whether the results are drawn from weighted particles.
        particles: Number of those particles, `count` or more; None for `count`.
        confidence: ``[*shape]``, float32, confidence in each value of the image, 0 (not known) … 1 (known), for a soft
            mask (`core.values.potentials.SoftMask`); ``[H, W]`` is accepted for an RGB image. None, also for one that
            is nowhere between 0 and 1, for the mask alone.
        start: Step, 1 … T, to which the whole image is noised before denoising; None starts from the prior.
    """

    image: NDArray[np.generic]
    mask: NDArray[np.bool_]
    count: int = DEFAULT_RESULTS
    seed: int = DEFAULT_SEED
    threads: int = field(default_factory=usable_threads)
    known_mode: str = KNOWN_MODES[0]
    resample_times: int | None = None
    timing: str | None = None
    weighted: bool = False
    start: int | None = None
    particles: int | None = None
    confidence: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        image = np.array(self.image)
        check_numbers(image, "image")
        mask = np.array(self.mask)
        if mask.dtype != np.bool_:
            raise BadInputError(f"mask: {mask.dtype} is not bool; it is True where an entry is to be inpainted")
        mask = _for_each_channel(mask, image.shape, "mask")
        if self.confidence is not None:
            confidence = _for_each_channel(_confidence(self.confidence), image.shape, "confidence")
            mask, partly = confidence < 1, (confidence > 0) & (confidence < 1)
            object.__setattr__(self, "confidence", read_only(confidence) if partly.any() else None)
        check_choice("known_mode", self.known_mode, KNOWN_MODES)
        if self.timing is not None:
            check_choice("timing", self.timing, TIMINGS)
        check_resample_times(self.effective_resample_times)
        if self.start is not None and self.weighted:
            raise BadInputError(
                f"start: weights are correct only for chains from the prior, not from t = {self.start}; "
                "leave the start out, or choose no weights"
            )
        if self.particles is not None and self.particles < self.count:
            raise BadInputError(f"particles: {self.particles} are fewer than the {self.count} results")
        for name, values in (("image", image), ("mask", mask)):
            object.__setattr__(self, name, read_only(values))

    @property
    def ignored(self) -> NDArray[np.bool_]:
        """Entries ``[*shape]`` of which nothing is known, so that their values in the image count only with `start`."""
        return self.mask if self.confidence is None else self.confidence == 0

    @property
    def chain_count(self) -> int:
        """The number of chains: that of the particles with weights, else that of the results."""
        return self.particles if self.weighted and self.particles is not None else self.count

    @property
    def effective_resample_times(self) -> int:
        """How often parts of the chain are resampled: as requested, or the default, which is 0 with weights."""
        if self.resample_times is None:
            return 0 if self.weighted else DEFAULT_RESAMPLE_TIMES
        return self.resample_times

    @property
    def effective_timing(self) -> str:
        """The timing requested, or the default; weights with clean known entries are correct only with "twisted"."""
        return self.timing or ("twisted" if self.weighted and self.known_mode == "clean" else "constant")


def _for_each_channel(values: NDArray[Any], shape: tuple[int, ...], name: str) -> NDArray[Any]:
    """Return ``values`` of an image of ``shape``, those of pixels repeated for all its channels."""
    if values.shape != shape and len(shape) == 3 and values.shape == shape[:2]:
        values = np.repeat(values[:, :, None], shape[2], axis=2)
    if values.shape != shape:
        raise BadInputError(f"{name}: shape {values.shape} is not that of the image, {shape}")
    return values


def _confidence(values: NDArray[Any]) -> NDArray[np.float32]:
    found = np.array(values)
    check_numbers(found, "confidence")
    if not ((found >= 0) & (found <= 1)).all():
        raise BadInputError("confidence: it is not between 0, not known, and 1, known")
    return found.astype(np.float32)


def enlarged(
    image: NDArray[Any], openness: NDArray[np.float32], margins: tuple[int, int, int, int]
) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """Return an image in a larger frame, and how open its entries are: the new border is to be inpainted.

    The border continues the image by reflection, which matters only to chains that start from the image.

    Args:
        image: ``[H, W]`` or ``[H, W, 3]``.
        openness: ``[H, W]`` or ``[H, W, 3]``, 0 (known) … 1 (to be inpainted).
        margins: Pixels to add at the left, top, right and bottom.

    Raises:
        BadInputError: If a margin is negative.
    """
    if min(margins) < 0:
        raise BadInputError(f"margins: {', '.join(map(str, margins))}: none may be negative; a frame only grows")
    left, top, right, bottom = margins
    sides = ((top, bottom), (left, right))
    return (
        np.pad(image, (*sides, *((0, 0),) * (image.ndim - 2)), mode="symmetric"),
        np.pad(openness, (*sides, *((0, 0),) * (openness.ndim - 2)), constant_values=1),
    )


@dataclass(frozen=True, slots=True, eq=False)
class InpaintingFrame:
    """One step of inpainting.

    Attributes:
        t: Step, T … 0.
        images: ``[count, *shape]``, user's units, read-only, with the known entries of the image itself; at t > 0 they
            are x^0 estimates. None at a step without images.
        pause: Whether the step has no result yet, and the frame only lets the caller stop the computation.
        preview: Whether the frame belongs to the strided preview and not to the model's own chain.
        effective_size: The effective sample size of weighted particles; else None.
        log_probability: Estimate so far of ln of the density of the known entries, nats, with weighted particles; else
            None.
    """

    t: int
    images: NDArray[np.floating] | None
    preview: bool = False
    pause: bool = False
    effective_size: float | None = None
    log_probability: float | None = None

    @property
    def final(self) -> bool:
        """Whether the images are the results."""
        return self.t == 0 and not self.preview
