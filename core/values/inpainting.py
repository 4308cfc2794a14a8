"""Requests for inpainting and their results: plain frozen values, numpy alone.

Images are in user's units here, so that known values come back unchanged, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
        mask: ``[*shape]``, True where an entry is to be inpainted; for an RGB image ``[H, W]`` is accepted.
        count: Number of results.
        seed: Seed of all randomness.
        threads: Threads of the computation.
        known_mode: See `core.values.potentials.Mask`.
        resample_times: See `core.values.potentials.Mask`; None for the default, which is 0 with weights.
        timing: See `core.values.potentials.Posterior`; None for the default.
        weighted: Whether the results are drawn from weighted particles.
        particles: Number of those particles, `count` or more; None for `count`.
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

    def __post_init__(self) -> None:
        image = np.array(self.image)
        check_numbers(image, "image")
        mask = np.array(self.mask)
        if mask.dtype != np.bool_:
            raise BadInputError(f"mask: {mask.dtype} is not bool; it is True where an entry is to be inpainted")
        if mask.shape != image.shape and image.ndim == 3 and mask.shape == image.shape[:2]:
            mask = np.repeat(mask[:, :, None], image.shape[2], axis=2)
        if mask.shape != image.shape:
            raise BadInputError(f"mask: shape {mask.shape} is not that of the image, {image.shape}")
        check_choice("known_mode", self.known_mode, KNOWN_MODES)
        if self.timing is not None:
            check_choice("timing", self.timing, TIMINGS)
        check_resample_times(self.effective_resample_times)
        if self.start is not None and self.weighted:
            raise BadInputError(
                f"start: weights are correct only for chains from the prior, not from t = {self.start}; start at T"
            )
        if self.particles is not None and self.particles < self.count:
            raise BadInputError(f"particles: {self.particles} are fewer than the {self.count} results")
        for name, values in (("image", image), ("mask", mask)):
            object.__setattr__(self, name, read_only(values))

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
