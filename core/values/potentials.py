"""The second distribution r(x), by which a model's p(x) is multiplied (section 2.5): plain frozen values.

They need numpy alone, so that the window can make them before torch is loaded. All are in model units, hold read-only
copies of their arrays and compare by identity. How each changes a kernel is in `core.posterior.factors`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import BadInputError
from core.values.arrays import check_numbers, read_only

if TYPE_CHECKING:
    from torch import Tensor

KNOWN_MODES = ("noised", "clean")
TIMINGS = ("constant", "fading", "twisted")
MAX_RESAMPLE_TIMES = 1000
LARGEST = 1e30
"""Largest absolute value of a number in r: far beyond data in model units, and its square fits into float64."""


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """Inpainting: r is a delta in the known entries; the others are inpainted.

    Attributes:
        mask: ``[*shape]``, True where an entry is inpainted, False where it is known.
        known: ``[*shape]``, float32, the known values; those at other entries are ignored.
        known_mode: "noised": a known entry is drawn from q(x^t | x^0), independently for each sample; "clean": it has
            the known value itself at every step (with timing "twisted", the x^0 estimate is pulled to it).
        resample_times: RePaint resampling (Lugmayr et al. 2022): how often each part of the chain, a fiftieth of its
            steps, is re-noised by q and denoised again (`core.posterior.samplers.resampling_segments`).
    """

    mask: NDArray[np.bool_]
    known: NDArray[np.float32]
    known_mode: str = "noised"
    resample_times: int = 0

    def __post_init__(self) -> None:
        mask = _boolean(self.mask, "mask")
        if mask.all():
            raise BadInputError("mask: it is full, so nothing is known; this is plain sampling")
        if not mask.any():
            raise BadInputError("mask: it is empty, so there is nothing to inpaint")
        known = np.asarray(self.known)
        if known.shape != mask.shape:
            raise BadInputError(f"known: shape {known.shape} is not that of the mask, {mask.shape}")
        object.__setattr__(self, "mask", mask)
        object.__setattr__(self, "known", _finite(known, "known", ~mask))
        check_choice("known_mode", self.known_mode, KNOWN_MODES)
        check_resample_times(self.resample_times)


@dataclass(frozen=True, slots=True, eq=False)
class SoftMask:
    """Entries that are partly known: r is a noisy observation of each, the noisier the lower the confidence in it.

    With confidence c, r is N(y; x, (1 - c)/c) in a Gaussian model, so that data distributed as pi have mean c y given
    y; in a binomial one, y is the bit with its value flipped with probability (1 - c)/2. Both are a delta at c = 1 and
    constant at c = 0. r_t is the average of r over x^0 given x^t, for data distributed as pi; timings are ignored.

    Attributes:
        confidence: ``[*shape]``, float32, 0 (not known) up to but not including 1, above 0 somewhere.
        observed: ``[*shape]``, float32, the observed values; those at confidence 0 are ignored.
        resample_times: See `Mask`.
    """

    confidence: NDArray[np.float32]
    observed: NDArray[np.float32]
    resample_times: int = 0

    def __post_init__(self) -> None:
        confidence = _finite(self.confidence, "confidence")
        if not ((confidence >= 0) & (confidence < 1)).all():
            raise BadInputError("confidence: it is not between 0 and 1; put entries that are known into a mask")
        if not confidence.any():
            raise BadInputError("confidence: it is 0 everywhere, so nothing is known; this is plain sampling")
        observed = np.asarray(self.observed)
        if observed.shape != confidence.shape:
            raise BadInputError(f"observed: shape {observed.shape} is not that of the confidence, {confidence.shape}")
        object.__setattr__(self, "confidence", confidence)
        object.__setattr__(self, "observed", _finite(observed, "observed", confidence > 0))
        check_resample_times(self.resample_times)


@dataclass(frozen=True, slots=True, eq=False)
class NoisyObservation:
    """r(x) = N(y; x, std^2) over the observed entries: a measurement with Gaussian noise.

    Attributes:
        y: The observed values, ``[*shape]``, float32.
        std: Standard deviation of the noise, > 0.
        observed: ``[*shape]``, True where an entry was observed; None if all were.
    """

    y: NDArray[np.float32]
    std: float
    observed: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if not 0 < self.std <= LARGEST:
            raise BadInputError(f"std: {self.std} is not a positive standard deviation")
        y, observed = np.asarray(self.y), None
        if self.observed is not None:
            observed = _boolean(self.observed, "observed")
            if observed.shape != y.shape:
                raise BadInputError(f"observed: shape {observed.shape} is not that of y, {y.shape}")
            if not observed.any():
                raise BadInputError("observed: it is empty; at least one entry must be observed")
            object.__setattr__(self, "observed", observed)
        object.__setattr__(self, "y", _finite(y, "y", observed))


@dataclass(frozen=True, slots=True, eq=False)
class HalfPlane:
    """r(x) = 1 where normal . x >= offset, else 0; or with a soft border, which makes it positive everywhere.

    Attributes:
        normal: ``[D]``, float64, or of the data's own shape; nonzero, of any length.
        offset: The least value of normal . x.
        softness: Standard deviation s of the border, >= 0, along the unit normal: r(x) is the normal distribution
            function of (normal . x - offset) / (s |normal|); 0 for a step.
    """

    normal: NDArray[np.float64]
    offset: float
    softness: float = 0.0

    def __post_init__(self) -> None:
        _finite(self.normal, "normal")
        normal = np.array(self.normal, dtype=np.float64).reshape(-1)
        if not np.any(normal):
            raise BadInputError("normal: it is zero, so it has no direction")
        if not abs(self.offset) <= LARGEST:
            raise BadInputError(f"offset: {self.offset} is not a finite number")
        if not 0 <= self.softness <= LARGEST:
            raise BadInputError(f"softness: {self.softness} is not a standard deviation, 0 or more")
        object.__setattr__(self, "normal", read_only(normal))


@dataclass(frozen=True, slots=True, eq=False)
class PaintedField:
    """ln r on a grid over two columns of points, or over one: linear between the grid's points, constant beyond them.

    Attributes:
        log_r: ln r at the grid's points, ``[H, W]``, float32, H and W >= 2; row 0 has the least ordinate. Over one
            column ``[W]``.
        extent: Coordinates of the outermost points: left, right, bottom, top; over one column left, right.
        columns: Numbers from 0 of the columns on which r depends: of the abscissa and the ordinate, or of one alone.
    """

    log_r: NDArray[np.float32]
    extent: tuple[float, ...]
    columns: tuple[int, ...] = (0, 1)

    def __post_init__(self) -> None:
        log_r, axes = _finite(self.log_r, "log_r"), len(self.columns)
        if axes not in (1, 2) or len(set(self.columns)) < axes or min(self.columns) < 0:
            raise BadInputError(f"columns: {self.columns} is not one column or two different ones")
        if log_r.ndim != axes or min(log_r.shape) < 2:
            raise BadInputError(f"log_r: shape {log_r.shape} is not a grid of {'2 by 2' if axes == 2 else 2} or more")
        object.__setattr__(self, "log_r", log_r)
        sides = [float(side) for side in self.extent]
        if len(sides) != 2 * axes or not all(abs(side) <= LARGEST for side in sides):
            wanted = "left, right, bottom, top" if axes == 2 else "left, right"
            raise BadInputError(f"extent: {self.extent} is not {wanted}, all finite")
        if not all(low < high for low, high in zip(sides[::2], sides[1::2], strict=True)):
            raise BadInputError(f"extent: {self.extent}: left < right and bottom < top must hold")


@dataclass(frozen=True, slots=True, eq=False)
class BitPotential:
    """A potential for each bit separately: r is their product, and the preferred value of a bit has r = 1.

    A bit of log odds l has r(1)/r(0) = e^l; l = 0 prefers neither value. E_p[r] is then the share of the model's
    samples that rejection sampling would accept, each with probability r(x).

    Attributes:
        log_odds: ln r(1)/r(0) of each bit, ``[*shape]``, float32, finite; use a `Mask` for bits that are certain.
    """

    log_odds: NDArray[np.float32]

    def __post_init__(self) -> None:
        object.__setattr__(self, "log_odds", _finite(self.log_odds, "log_odds"))


@dataclass(frozen=True, slots=True, eq=False)
class SmoothPotential:
    """Any differentiable ln r, for extensions of the engine (docs/extending.md).

    Attributes:
        log_r: Maps a torch tensor of states ``[N, *shape]``, float32, to ln r of each, ``[N]``.
    """

    log_r: Callable[[Tensor], Tensor]

    def __post_init__(self) -> None:
        if not callable(self.log_r):
            raise BadInputError(f"log_r: {self.log_r!r} is not a function")


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """The product of several potentials.

    Attributes:
        factors: One or more potentials, at most one of them a mask.
    """

    factors: tuple[Potential, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "factors", tuple(self.factors))
        if not self.factors:
            raise BadInputError("factors: there are none; give one or more")
        masks = sum(isinstance(factor, Mask) for factor in factors_of(self))
        if masks > 1:
            raise BadInputError(f"factors: {masks} of them are masks; give one mask with all known entries")


Potential = Mask | SoftMask | NoisyObservation | HalfPlane | PaintedField | BitPotential | SmoothPotential | Product


@dataclass(frozen=True, slots=True)
class Posterior:
    """The normalised distribution p(x) r(x), and how it is sampled (section 2.5).

    Attributes:
        r: The second distribution.
        timing: The potential r_t at step t. "constant": r itself; "fading": r^((T-t)/T), which fades in; "twisted": r
            at the x^0 estimate given x^t, widened by its variance. r_0 = r with all three. A mask with noised known
            entries ignores it.
        weighted: False: the paper's reverse kernels alone, which only approximate the posterior; True: weighted
            particles with resampling (sequential Monte Carlo), which converge to it as their number grows.
    """

    r: Potential
    timing: str = "constant"
    weighted: bool = False

    def __post_init__(self) -> None:
        check_choice("timing", self.timing, TIMINGS)
        if not isinstance(self.r, Potential):
            raise BadInputError(f"r: {type(self.r).__name__} is not a potential")


def factors_of(r: Potential) -> Iterator[Potential]:
    """Yield the factors of ``r``, nested products included; any other potential is its own only factor."""
    if not isinstance(r, Product):
        yield r
        return
    for factor in r.factors:
        yield from factors_of(factor)


def mask_of(r: Potential) -> Mask | None:
    """Return the mask among the factors of ``r``, if there is one."""
    return next((factor for factor in factors_of(r) if isinstance(factor, Mask)), None)


def soft_mask_of(r: Potential) -> SoftMask | None:
    """Return the first soft mask among the factors of ``r``, if there is one."""
    return next((factor for factor in factors_of(r) if isinstance(factor, SoftMask)), None)


def resample_times_of(r: Potential) -> int:
    """Return how often chains under ``r`` are resampled, by the most that a mask among its factors asks for."""
    return max((factor.resample_times for factor in factors_of(r) if isinstance(factor, (Mask, SoftMask))), default=0)


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Raise `BadInputError` unless ``value``, called ``name``, is one of ``choices``."""
    if value not in choices:
        raise BadInputError(f"{name}: {value!r} is none of {', '.join(choices)}")


def check_resample_times(times: int) -> None:
    """Raise `BadInputError` unless ``times`` is a valid number of RePaint resamplings."""
    if not 0 <= times <= MAX_RESAMPLE_TIMES:
        raise BadInputError(f"resample_times: {times} is not between 0 and {MAX_RESAMPLE_TIMES}")


def _boolean(values: ArrayLike, name: str) -> NDArray[np.bool_]:
    found = np.array(values)
    if found.dtype != np.bool_:
        raise BadInputError(f"{name}: {found.dtype} is not bool; it is True or False for each entry")
    return read_only(found)


def _finite(values: ArrayLike, name: str, used: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
    """Return finite ``values`` as read-only float32; entries where ``used`` is False are not checked and become 0."""
    found = np.asarray(values)
    check_numbers(found, name)
    if used is not None:
        found = np.where(used, found, 0)
    if not (np.abs(found.astype(np.float64)) <= LARGEST).all():
        raise BadInputError(f"{name}: it holds values that are not finite, or larger than {LARGEST:g}")
    return read_only(np.array(found, dtype=np.float32))
