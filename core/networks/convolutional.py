"""What networks of pictures have in common whose answers depend on what is near alone."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.functional import avg_pool2d, interpolate

from core.errors import BadInputError
from core.networks.base import Network, checked_sizes, perturbed_kernel
from core.processes.base import Steps
from core.processes.distributions import Gaussian
from core.processes.gaussian import GaussianProcess
from core.values.checkpoints import RGB


class ConvolutionalNetwork(Network):
    """f_mu and f_Sigma of images of any size, by read-outs for `core.networks.base.perturbed_kernel`.

    Attributes:
        config: What builds the network again.
        channels: Numbers of a pixel, 1 or 3.
        scales: Scales, each of half the sides of the one before.
    """

    reverses = GaussianProcess
    config: Mapping[str, int]
    channels: int

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.config = self.config_of(*sizes)
        self.channels = self.config["channels"]
        self.scales = self.config["scales"]

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        sizes = checked_sizes(config, cls.limits)
        if sizes["channels"] not in (1, RGB):
            raise BadInputError(f"network config channels is {sizes['channels']}, neither 1 (grey) nor {RGB} (RGB)")
        return cls(**sizes)

    @property
    def stride(self) -> int:
        """Pixels by which a part of a picture may begin, so that its coarser scales are those of the whole."""
        return 1 << (self.scales - 1)

    @property
    @abstractmethod
    def receptive_field(self) -> int:
        """Rows and columns away that an answer may depend on."""

    @abstractmethod
    def read_outs(
        self, x: Tensor, t: Steps, process: GaussianProcess, inner: Region | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the read-outs z for mean and variance, for pictures ``x`` [N, H, W] or [N, H, W, 3], like them.

        Args:
            x: Pictures.
            t: Steps.
            process: The process to be reversed.
            inner: Rows and columns where the read-outs are wanted; None for everywhere.
        """

    def reverse_kernel(self, x: Tensor, t: Steps, process: GaussianProcess) -> Gaussian:
        """Return p(x^t-1 | x^t = ``x``), pictures ``[N, H, W]`` or ``[N, H, W, 3]`` (see `ReverseNetwork`)."""
        return perturbed_kernel(*self.read_outs(x, t, process), x, t, process)


def zero_init(layer: nn.Conv2d) -> None:
    """Have ``layer`` answer zeros until it has learned something."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


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


def padded(x: Tensor, stride: int) -> Tensor:
    """Return ``x`` [N, C, H, W] with its last row and column repeated, to sides that are multiples of ``stride``."""
    height, width = x.shape[-2:]
    below, right = -height % stride, -width % stride
    return functional.pad(x, (0, right, 0, below), mode="replicate") if below or right else x


def grown(region: Region, by: int, stride: int, size: tuple[int, int]) -> Region:
    """Return ``region`` with ``by`` pixels more on every side, out to ``stride``s, within a picture of ``size``."""

    def along(part: slice, length: int) -> slice:
        first = max(part.start - by, 0) // stride * stride
        return slice(first, min(-(-(part.stop + by) // stride) * stride, length))

    return along(region[0], size[0]), along(region[1], size[1])


def within(region: Region, outer: Region) -> Region:
    """Return where ``region`` lies in what has been cut out at ``outer``."""

    def along(part: slice, whole: slice) -> slice:
        return slice(part.start - whole.start, part.stop - whole.start)

    return along(region[0], outer[0]), along(region[1], outer[1])
