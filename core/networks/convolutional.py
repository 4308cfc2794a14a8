"""Common parts of networks for images whose result at a pixel depends on nearby pixels only."""

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
        config: The configuration that builds the network again.
        channels: Values per pixel, 1 or 3.
        scales: Number of scales, each of half the sides of the one before.
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
        """Multiple of pixels at which a part of an image may begin, so that its coarser scales match the whole."""
        return 1 << (self.scales - 1)

    @property
    @abstractmethod
    def receptive_field(self) -> int:
        """Largest distance, in rows or columns, of a pixel that a result depends on."""

    @abstractmethod
    def read_outs(
        self, x: Tensor, t: Steps, process: GaussianProcess, inner: Region | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the read-outs z for mean and variance, in the layout of the images ``x``.

        Args:
            x: Images ``[N, H, W]`` or ``[N, H, W, 3]``.
            t: Steps.
            process: The process to reverse.
            inner: Rows and columns to compute the read-outs for; None for all.
        """

    def reverse_kernel(self, x: Tensor, t: Steps, process: GaussianProcess) -> Gaussian:
        """Return p(x^t-1 | x^t = ``x``), images ``[N, H, W]`` or ``[N, H, W, 3]`` (see `ReverseNetwork`)."""
        return perturbed_kernel(*self.read_outs(x, t, process), x, t, process)


def zero_init(layer: nn.Conv2d) -> None:
    """Set the weights of ``layer`` to zero, so that it returns zeros until it is trained."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)


Region = tuple[slice, slice]
"""Rows and columns of an image, with both ends given."""
NEIGHBOURS = ((0, 1), (0, -1), (1, 0), (-1, 0))
"""Rows down and columns right of a pixel's four neighbours."""


def channels_first(x: Tensor) -> Tensor:
    """Return images ``[N, H, W]`` or ``[N, H, W, C]`` as ``[N, C, H, W]``, without a copy."""
    return x.unsqueeze(1) if x.dim() == 3 else x.permute(0, 3, 1, 2)


def channels_last(x: Tensor, like: Tensor) -> Tensor:
    """Return ``x`` [N, C, H, W] in the layout of the images ``like``, without a copy."""
    return x.squeeze(1) if like.dim() == 3 else x.permute(0, 2, 3, 1)


def differences(x: Tensor) -> Tensor:
    """Return each pixel's four neighbours minus the pixel, ``[N, 4 C, H, W]``, for ``x`` [N, C, H, W].

    Pixels at the border are repeated beyond it.
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
    """Return ``region`` grown ``by`` pixels on every side and out to multiples of ``stride``, within ``size``."""

    def along(part: slice, length: int) -> slice:
        first = max(part.start - by, 0) // stride * stride
        return slice(first, min(-(-(part.stop + by) // stride) * stride, length))

    return along(region[0], size[0]), along(region[1], size[1])


def within(region: Region, outer: Region) -> Region:
    """Return ``region`` in the coordinates of the part ``outer``, which contains it."""

    def along(part: slice, whole: slice) -> slice:
        return slice(part.start - whole.start, part.stop - whole.start)

    return along(region[0], outer[0]), along(region[1], outer[1])
