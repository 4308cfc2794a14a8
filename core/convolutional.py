"""What networks of pictures have in common whose answers depend on what is near alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from torch import Tensor, nn
from torch.distributions import Normal

from core.networks import perturbed_law
from core.picture_layers import Region
from core.processes import GaussianProcess


class ConvolutionalNetwork(nn.Module, ABC):
    """f_mu and f_Sigma of pictures of any size, by the read-outs that `core.networks.perturbed_law` makes a kernel of.

    Attributes:
        kind, config: What a checkpoint calls the network, and what builds it again.
        channels: Numbers of a pixel, 1 or 3.
        scales: Scales, each of half the sides of the one before.
    """

    kind: str
    process_kind = "gaussian"

    def __init__(self, **config: int) -> None:
        super().__init__()
        self.config = config
        self.channels = config["channels"]
        self.scales = config["scales"]

    @property
    def multiple(self) -> int:
        """Pixels by which a part of a picture may begin, so that its coarser scales are those of the whole."""
        return 1 << (self.scales - 1)

    @property
    @abstractmethod
    def reach(self) -> int:
        """Rows and columns away that an answer may depend on."""

    @abstractmethod
    def read_outs(
        self, x: Tensor, t: int | Tensor, process: GaussianProcess, inner: Region | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the read-outs z for mean and variance, for pictures ``x`` [N, H, W] or [N, H, W, 3], like them.

        Args:
            x: Pictures.
            t: Steps.
            process: The process to be reversed.
            inner: Rows and columns where the read-outs are wanted; None for everywhere.
        """

    def reverse_law(self, x: Tensor, t: int | Tensor, process: Any) -> Normal:
        """Return p(x^t-1 | x^t = ``x``), pictures ``[N, H, W]`` or ``[N, H, W, 3]`` (see `ReverseNetwork`)."""
        return perturbed_law(*self.read_outs(x, t, process), x, t, process)


def start_at_zero(layer: nn.Conv2d) -> None:
    """Have ``layer`` answer zeros until it has learned something."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
