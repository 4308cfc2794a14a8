"""Writes animated GIFs with one palette for the whole film, so that nothing flickers.

Pillow's own writer holds all frames until the end and chooses a palette for each, and its fastest nearest-colour search
uses six bits of each channel, so that a constant background would change its shade. Here flat areas keep their colour.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Codes = NDArray[np.int32]
"""Colours, each as one number 0xRRGGBB."""

EXACT_COLOURS = 48
"""Number of most frequent colours that are kept exactly: backgrounds, text, lines, a side's hue."""
EXACT_SHARE = 2e-4
SAMPLE_SIDE = 256
"""Side of the square image of sampled colours from which the rest of the palette is chosen."""
STRIDE = 5
"""One in so many pixels is counted; prime to most widths, so that no column is missed."""
KEEP_PREVIOUS_FRAME = 1
"""GIF disposal method: the frame stays, and the next one overwrites a part of it."""


class ColourCount:
    """How often each colour occurs in a film."""

    def __init__(self) -> None:
        self._codes: Codes = np.empty(0, np.int32)
        self._counts: NDArray[np.int64] = np.empty(0, np.int64)

    def add(self, frame: Pixels) -> None:
        """Count the colours of one in `STRIDE` pixels of ``frame`` [H, W, 3]."""
        codes, counts = np.unique(_codes(frame).ravel()[::STRIDE], return_counts=True)
        both, place = np.unique(np.concatenate([self._codes, codes]), return_inverse=True)
        self._counts = np.bincount(place, np.concatenate([self._counts, counts])).astype(np.int64)
        self._codes = both

    def palette(self) -> Pixels:
        """Return at most 256 colours ``[K, 3]``: the most frequent ones exactly, the others approximately."""
        order = np.argsort(-self._counts, kind="stable")
        if len(order) <= 256:
            return _colours(self._codes[order])
        frequent = order[:EXACT_COLOURS]
        exact = self._codes[frequent[self._counts[frequent] >= EXACT_SHARE * self._counts.sum()]]
        others = ~np.isin(self._codes, exact)
        chosen = _cover(self._codes[others], self._counts[others], 256 - len(exact))
        return np.concatenate([_colours(exact), chosen])


class Indexer:
    """Finds the nearest palette colour of all pixels of a frame; each new colour is looked up once in a film."""

    def __init__(self, palette: Pixels) -> None:
        self._palette = palette.astype(np.int32)
        self._known: NDArray[np.int16] = np.full(1 << 24, -1, np.int16)

    def indices(self, frame: Pixels) -> Pixels:
        """Return the palette's index of each pixel ``[H, W]`` of ``frame`` [H, W, 3]."""
        codes = _codes(frame)
        index = self._known[codes]
        missing = index < 0
        if missing.any():
            new = np.unique(codes[missing])
            for part in np.array_split(new, len(new) // 4096 + 1):
                distance = ((_colours(part).astype(np.int32)[:, None] - self._palette[None]) ** 2).sum(axis=2)
                self._known[part] = distance.argmin(axis=1)
            index[missing] = self._known[codes[missing]]
        return index.astype(np.uint8)


def write_gif(path: Path, frames: Iterator[Pixels], fps: Fraction) -> Iterator[int]:
    """Write a GIF that loops for ever; yield the number of frames done, where each of two passes counts one half."""
    colours = ColourCount()
    packed_frames: list[bytes] = []
    shape = (0, 0, 0)
    for frame in frames:
        shape = frame.shape
        colours.add(frame)
        packed_frames.append(zlib.compress(frame.tobytes(), 1))
        yield len(packed_frames) // 2
    palette = colours.palette()
    indexer = Indexer(palette)
    before: Pixels | None = None
    with path.open("wb") as file:
        file.write(_header(shape[1], shape[0], palette))
        for number, packed in enumerate(packed_frames):
            index = indexer.indices(np.frombuffer(zlib.decompress(packed), np.uint8).reshape(shape))
            left, top, right, bottom = changed_box(before, index)
            file.writelines(_image(index[top:bottom, left:right], (left, top), _hundredths(number, fps)))
            before = index
            if number + 1 < len(packed_frames):
                yield (len(packed_frames) + number + 1) // 2
        file.write(b";")
    yield len(packed_frames)


def changed_box(before: Pixels | None, now: Pixels) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of the changed area: all at first, one pixel if nothing has changed."""
    if before is None:
        return 0, 0, now.shape[1], now.shape[0]
    differs = (before != now).reshape(*now.shape[:2], -1).any(axis=2)
    rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
    if len(rows) == 0:
        return 0, 0, 1, 1
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _codes(frame: Pixels) -> Codes:
    wide = frame.astype(np.int32)
    codes: Codes = (wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2]
    return codes


def _colours(codes: Codes) -> Pixels:
    return np.stack([codes >> 16, codes >> 8 & 255, codes & 255], axis=-1).astype(np.uint8)


def _cover(codes: Codes, counts: NDArray[np.int64], number: int) -> Pixels:
    """Choose ``number`` colours by the roots of their counts, so that points count beside large areas."""
    from PIL import Image

    weights = np.sqrt(counts)
    places = (np.arange(SAMPLE_SIDE**2) + 0.5) * (weights.sum() / SAMPLE_SIDE**2)
    sample = codes[np.minimum(np.searchsorted(np.cumsum(weights), places), len(codes) - 1)]
    image = Image.fromarray(_colours(sample).reshape(SAMPLE_SIDE, SAMPLE_SIDE, 3))
    # Not median cut, whose worst error on points over a plain background was three times as large.
    quantised = image.quantize(number, Image.Quantize.MAXCOVERAGE)
    return np.array(quantised.getpalette() or [], np.uint8).reshape(-1, 3)[:number]


def _hundredths(number: int, fps: Fraction) -> int:
    """Return how long frame ``number`` is shown, in 1/100 s; rounding errors do not accumulate."""
    return round((number + 1) * 100 / fps) - round(number * 100 / fps)


def _header(width: int, height: int, palette: Pixels) -> bytes:
    table = np.zeros((256, 3), np.uint8)
    table[: len(palette)] = palette
    for_ever = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0) + table.tobytes() + for_ever


def _image(index: Pixels, offset: tuple[int, int], hundredths: int) -> list[bytes]:
    from PIL import GifImagePlugin, Image

    image = Image.fromarray(np.ascontiguousarray(index))
    return GifImagePlugin.getdata(image, offset, duration=10 * hundredths, disposal=KEEP_PREVIOUS_FRAME)
