"""Masks of every kind that people make: arrays, black and white, labels, strokes on a transparent layer or coloured.

The openness of an entry is 1 where it is to be inpainted and 0 where it is known; values in between are a confidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.formats.arrays import refuse
from core.formats.images import grey_of, over_white
from core.formats.reading.contents import Contents, located, read_contents
from core.formats.reading.interpretation import ALPHA, channels_last, check_values
from core.formats.reading.levels import BYTE, grey_levels, used_range
from core.values.checkpoints import MAX_LEVEL, RGB, is_image

HALF = 0.5
COLOURED = 64
"""Least difference between the channels of a pixel that counts as coloured, levels."""
SAME_ASPECT = 0.01
"""Relative difference of aspect ratios that still counts as none: a mask is scaled to its image then."""
ALPHA_RULE = "strokes on a transparent layer are open"
HOLE_RULE = "what is transparent is open"
GAP_RULE = "what is not a finite number is open"
LABEL_RULE = "1 is open, 0 is known"
COLOUR_RULE = "coloured pixels are open"
GREY_RULE = "white is open, black is known"
PER_ENTRY_RULE = "1 is open, 0 is known, each channel by itself"


@dataclass(frozen=True, slots=True, eq=False)
class MaskFile:
    """A mask as it was read.

    Attributes:
        openness: ``[H, W]``, ``[H, W, 3]`` or, for points and bits, ``[D]``; float32, 0 (known) … 1 (to be inpainted).
        rule: How it was read, a few words.
    """

    openness: NDArray[np.float32]
    rule: str

    @property
    def mask(self) -> NDArray[np.bool_]:
        """The mask: True, to be inpainted, where the openness is at least a half."""
        found: NDArray[np.bool_] = self.openness >= HALF
        return found

    @property
    def is_soft(self) -> bool:
        """Whether an entry is partly known."""
        return bool(((self.openness > 0) & (self.openness < 1)).any())

    def sentence(self, *, soft: bool = False) -> str:
        """Return how the mask was read and what is open, for the user; ``soft`` if greys count as a confidence."""
        open_entries = int(np.count_nonzero(self.openness) if soft else np.count_nonzero(self.mask))
        total = self.openness.size
        what = "pixels" if self.openness.ndim == 2 else "entries"
        text = f"mask: {self.rule}; {open_entries:,} of {total:,} {what} are open"
        if self.is_soft:
            text += ", greys as a confidence" if soft else ", greys by whether they reach a half"
        if not open_entries:
            text += f": the mask is empty; its largest value is {float(self.openness.max()):.2g} of 1"
        return f"{text}: the mask is full" if open_entries == total else text

    def for_shape(self, shape: tuple[int, ...]) -> MaskFile:
        """Return the mask for an example of ``shape``; of an image of another size and the same sides' ratio, scaled.

        Raises:
            BadInputError: If it does not fit; the message does not name the file.
        """
        found = self.openness.shape
        if found in (shape, shape[:2] if is_image(shape) else shape):
            return self
        if self.openness.size == np.prod(shape) and not is_image(shape):
            return replace(self, openness=self.openness.reshape(shape))
        wanted = " x ".join(map(str, shape[:2] if is_image(shape) else shape))
        if not is_image(shape) or len(found) < 2:
            raise BadInputError(
                f"the mask has {' x '.join(map(str, found))} entries, and the example {wanted}; give one for each"
            )
        height, width = shape[:2]
        ratio = found[1] * height / (found[0] * width)
        if abs(ratio - 1.0) > SAME_ASPECT:
            raise BadInputError(
                f"the mask has {found[0]} x {found[1]} pixels, and the image {wanted}; give one of its size or its form"
            )
        rows = ((np.arange(height) + HALF) * found[0] / height).astype(np.intp)
        columns = ((np.arange(width) + HALF) * found[1] / width).astype(np.intp)
        rule = f"{self.rule}, scaled from {found[0]} x {found[1]} pixels"
        return MaskFile(np.ascontiguousarray(self.openness[rows[:, None], columns]), rule)


def read_mask(path: str) -> MaskFile:
    """Return the mask in the file at ``path``, of any format that is read as data.

    Where the opacity of an image varies, it decides, and strokes are open. Else zeros and ones are labels, coloured
    pixels are open in an image with colours, and white is open in a grey one.

    Raises:
        BadInputError: If it is none; the message is one sentence that begins with ``path``.
    """
    with located(path) as (place, array):
        return mask_in(read_contents(place, array), place)


def mask_in(contents: Contents, path: Path) -> MaskFile:
    """Return the mask in ``contents``, read from ``path``."""
    if contents.images is not None:
        if len(contents.images) > 1:
            refuse(path, f"it holds {len(contents.images)} images, and a mask is one")
        if contents.alpha is not None and contents.alpha.min() < contents.alpha.max():
            return MaskFile(_share(contents.alpha), ALPHA_RULE)
        return _of_pixels(np.asarray(contents.images[0] if contents.undimmed is None else contents.undimmed))
    values = np.asarray(contents.array)
    check_values(values)
    return _of_array(values)


def hole_in(alpha: NDArray[np.uint8]) -> MaskFile | None:
    """Return the mask that was erased in an image with opacity ``alpha`` [H, W], or None if it is opaque."""
    return MaskFile(np.float32(1.0) - _share(alpha), HOLE_RULE) if alpha.min() < MAX_LEVEL else None


def _of_array(values: NDArray[np.generic]) -> MaskFile:
    if values.ndim == 3 and 1 in (values.shape[0], values.shape[2]):
        values = values.reshape([size for place, size in enumerate(values.shape) if size > 1 or place == 1])
    if values.ndim == 4 and len(values) == 1:
        values = values[0]
    per_entry = values.dtype == np.bool_ or bool(np.isin(values, (0, 1)).all())
    if values.ndim == 2 and 1 in values.shape:
        values = values.reshape(-1)
    if values.ndim <= 2 or (per_entry and values.ndim == 3):
        rule = PER_ENTRY_RULE if values.ndim == 3 else LABEL_RULE
        return MaskFile(values.astype(np.float32), rule) if per_entry else _of_pixels(values)
    arranged, _, _ = channels_last(values)
    if len(arranged) > 1:
        raise BadInputError(f"it holds {len(arranged)} masks, and one is wanted")
    pixels = grey_levels(arranged, used_range([arranged]))[0]
    if pixels.ndim == 3 and pixels.shape[2] == ALPHA:
        colour, alpha = pixels[..., :RGB], pixels[..., RGB]
        return (
            MaskFile(_share(alpha), ALPHA_RULE) if alpha.min() < alpha.max() else _of_pixels(over_white(colour, alpha))
        )
    return _of_pixels(pixels)


def _of_pixels(pixels: NDArray[np.generic]) -> MaskFile:
    """Return the mask in opaque ``pixels``, [H, W], [H, W, 3] or [D]."""
    used = used_range([pixels])
    if used[0] < 0:
        raise BadInputError("a mask has no negative values: 0 is known, and the largest value is to be inpainted")
    if pixels.ndim == 3:
        levels = grey_levels(pixels[None], used)[0]
        chroma = levels.max(axis=2) - levels.min(axis=2)
        if chroma.max() >= COLOURED:
            return MaskFile((chroma >= COLOURED).astype(np.float32), COLOUR_RULE)
        pixels, used = grey_of(levels), BYTE
    whole = pixels.dtype.kind in "biu"
    rule = LABEL_RULE if used[1] == 1.0 and whole else GREY_RULE
    # levels with noise, and what float16 rounds up, exceed their range
    return MaskFile(np.minimum(np.asarray(pixels, np.float64) / used[1], 1.0).astype(np.float32), rule)


def _share(alpha: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(alpha, np.float32) / np.float32(MAX_LEVEL)
