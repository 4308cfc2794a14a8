"""Writes masks, images and samples of the window as files, in the formats that `dpm sample` writes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadInputError
from core.values.checkpoints import DataInfo

WRITTEN_ARRAYS = (".npy", ".npz")
WRITTEN_TABLE = ".csv"


def write_samples(samples: NDArray[np.floating], data: DataInfo, kind: str, path: str) -> str:
    """Write samples to ``path``, in the format of its suffix: all images in one grid, an array, or a table of rows.

    Args:
        samples: ``[N, *shape]``, user's units; images may have another height and width than those of ``data``.
        data: The data that the samples are like.
        kind: The process, "gaussian" or "binomial".
        path: The file, written whole or not at all.

    Returns:
        The format, and how many values were clipped to the range of the data.

    Raises:
        BadInputError: If such samples cannot be written in this format; the message begins with ``path``.
        OutputError: If ``path`` cannot be written.
    """
    from core.formats.writing.images import IMAGE_FORMATS
    from core.formats.writing.samples import sample_writer

    _check_suffix(path, (*IMAGE_FORMATS, *WRITTEN_ARRAYS, WRITTEN_TABLE))
    info = replace(data, shape=samples.shape[1:])
    with sample_writer(path, info, kind, len(samples)) as writer:
        writer.write(samples)
    return writer.summary()


def write_levels(levels: NDArray[np.uint8], path: str) -> str:
    """Write an image ``[H, W]`` or ``[H, W, 3]``, 0 … 255, to ``path``, in the format of its suffix; return the format.

    Raises:
        BadInputError: If the suffix is of no image format, or the image is too large; the message begins with ``path``.
        OutputError: If ``path`` cannot be written.
    """
    from core.formats.writing.images import IMAGE_FORMATS, write_images

    _check_suffix(path, IMAGE_FORMATS)
    return write_images(levels[None], path)


def _check_suffix(path: str, suffixes: Iterable[str]) -> None:
    *most, last = suffixes
    if Path(path).suffix.lower() not in (*most, last):
        raise BadInputError(f"{path}: it does not end in {', '.join(most)} or {last}, which say the format")
