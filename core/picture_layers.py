"""What the networks of pictures share: the map to channels and back, and what they are given to see."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.functional import avg_pool2d, interpolate

Region = tuple[slice, slice]
"""Rows and columns of a picture, both ends given."""
NEIGHBOURS = ((0, 1), (0, -1), (1, 0), (-1, 0))
"""Rows down and columns right of a pixel's four neighbours."""


def channels_first(x: Tensor) -> Tensor:
    """Return pictures ``[N, H, W]`` or ``[N, H, W, C]`` as ``[N, C, H, W]``, without a copy."""
    return x.unsqueeze(1) if x.dim() == 3 else x.permute(0, 3, 1, 2)


def channels_last(x: Tensor, like: Tensor) -> Tensor:
    """Return ``x`` [N, C, H, W] in the layout of pictures ``like``, without a copy."""
    return x.squeeze(1) if like.dim() == 3 else x.permute(0, 2, 3, 1)


def differences(x: Tensor) -> Tensor:
    """Return by how much each pixel's four neighbours are greater: ``[N, 4 C, H, W]`` of ``x`` [N, C, H, W].

    Beyond the border a picture goes on as it ends.
    """
    height, width = x.shape[-2:]
    wide = functional.pad(x, (1, 1, 1, 1), mode="replicate")
    moved = [wide[..., 1 + down : 1 + down + height, 1 + right : 1 + right + width] for down, right in NEIGHBOURS]
    return torch.cat([neighbour - x for neighbour in moved], dim=1)


def halved(x: Tensor) -> Tensor:
    """Return ``x`` [N, C, H, W] mean-pooled to half of its sides."""
    return avg_pool2d(x, 2)


def doubled(x: Tensor) -> Tensor:
    """Return ``x`` [N, C, H, W] with each pixel repeated to twice its sides."""
    return interpolate(x, scale_factor=2, mode="nearest")


def padded(x: Tensor, multiple: int) -> Tensor:
    """Return ``x`` [N, C, H, W] with its last row and column repeated, to sides that are multiples of ``multiple``."""
    height, width = x.shape[-2:]
    below, right = -height % multiple, -width % multiple
    return functional.pad(x, (0, right, 0, below), mode="replicate") if below or right else x


def grown(region: Region, by: int, multiple: int, size: tuple[int, int]) -> Region:
    """Return ``region`` with ``by`` pixels more on every side, out to ``multiple``s, within a picture of ``size``."""

    def along(part: slice, length: int) -> slice:
        first = max(part.start - by, 0) // multiple * multiple
        return slice(first, min(-(-(part.stop + by) // multiple) * multiple, length))

    return along(region[0], size[0]), along(region[1], size[1])


def within(region: Region, outer: Region) -> Region:
    """Return where ``region`` lies in what has been cut out at ``outer``."""

    def along(part: slice, whole: slice) -> slice:
        return slice(part.start - whole.start, part.stop - whole.start)

    return along(region[0], outer[0]), along(region[1], outer[1])
