"""What is to be filled in, and what comes of it: plain frozen values, numpy alone.

A picture is in user's units here, as a person gave it: the values that are known come back as they were, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values.arrays import check_numbers, read_only
from core.values.potentials import KNOWN_MODES, MAX_RESAMPLE_TIMES, TIMINGS
from core.values.runs import usable_threads

DEFAULT_COUNT = 16
DEFAULT_RESAMPLE_TIMES = 2
"""With the kernels alone what is new heeds what is known too little: shapes break off at the border of a mask."""
KNOWN_MODE_TEXTS = {
    ("clean", False): "held at x^0",
    ("clean", True): "drawn to by the guess of x^0",
    ("noised", False): "on their own noised path",
    ("noised", True): "on their own noised path",
}
"""How known entries are held, by `InpaintingRequest.known_mode` and whether the timing is "twisted"."""


@dataclass(frozen=True, slots=True, eq=False)
class InpaintingRequest:
    """An example of which a part is known, and how the rest is to be filled in.

    Attributes:
        image: ``[*shape]``, user's units, real numbers of any type; what stands where the mask is True is of no
            account, unless `start` says so.
        mask: ``[*shape]``, True where an entry is to be filled in; of an RGB picture ``[H, W]`` will do.
        count: Number of results.
        seed: Seed of all randomness.
        threads: Threads of the computation.
        known_mode: See `core.values.potentials.Mask`.
        resample_times: See `core.values.potentials.Mask`; None for the usual number, 0 where there are weights.
        timing: See `core.values.potentials.Posterior`; None for the usual one.
        weighted: Whether the results are drawn from weighted particles.
        particles: Number of those particles, `count` or more; None for `count`.
        start: Step 1 … T from which the picture as it stands, noised to there, is finished; None starts from noise.
    """

    image: NDArray[Any]
    mask: NDArray[np.bool_]
    count: int = DEFAULT_COUNT
    seed: int = 17
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
            raise BadInputError(f"mask: {mask.dtype} is not bool; it is True where an entry is to be filled in")
        if mask.shape != image.shape and image.ndim == 3 and mask.shape == image.shape[:2]:
            mask = np.repeat(mask[:, :, None], image.shape[2], axis=2)
        if mask.shape != image.shape:
            raise BadInputError(f"mask: shape {mask.shape} is not that of the picture, {image.shape}")
        _check_choice("known_mode", self.known_mode, KNOWN_MODES)
        if self.timing is not None:
            _check_choice("timing", self.timing, TIMINGS)
        if not 0 <= self.effective_resample_times <= MAX_RESAMPLE_TIMES:
            raise BadInputError(f"resample_times: {self.resample_times} is not between 0 and {MAX_RESAMPLE_TIMES}")
        if self.start is not None and self.weighted:
            raise BadInputError(f"start: weights are right from noise alone, not from t = {self.start}; start at T")
        if self.particles is not None and self.particles < self.count:
            raise BadInputError(f"particles: {self.particles} are fewer than the {self.count} results")
        for name, values in (("image", image), ("mask", mask)):
            object.__setattr__(self, name, read_only(values))

    @property
    def chain_count(self) -> int:
        """How many states are walked: the particles where there are weights, else the results."""
        return self.particles if self.weighted and self.particles is not None else self.count

    @property
    def effective_resample_times(self) -> int:
        """How often each step is walked again: as asked for, or as usual; with weights there is none of it."""
        if self.resample_times is None:
            return 0 if self.weighted else DEFAULT_RESAMPLE_TIMES
        return self.resample_times

    @property
    def effective_timing(self) -> str:
        """The timing asked for, or the usual one: the weights of a mask held at x^0 are right with one alone."""
        return self.timing or ("twisted" if self.weighted and self.known_mode == "clean" else "constant")


@dataclass(frozen=True, slots=True, eq=False)
class InpaintingFrame:
    """One step of filling in.

    Attributes:
        t: Step, T … 0.
        images: ``[count, *shape]``, user's units, read-only, with the known entries the picture's own; at t > 0 the
            model's guesses of the result. None at a step that shows none.
        pause: Whether nothing has come of the step yet, and the walk is only at a place where it can be left.
        preview: Whether it belongs to the approximation by fewer steps, and not to the model itself.
        effective_size: The effective sample size, of weighted particles.
        log_probability: ln of the estimate so far of the density of what is known, of weighted particles; nats.
    """

    t: int
    images: NDArray[Any] | None
    preview: bool = False
    pause: bool = False
    effective_size: float | None = None
    log_probability: float | None = None

    @property
    def final(self) -> bool:
        """Whether the pictures are the results."""
        return self.t == 0 and not self.preview


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise BadInputError(f"{name}: {value!r} is none of {', '.join(choices)}")
