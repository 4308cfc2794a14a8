"""A small U-Net with the time as an input, for f_mu and f_Sigma of images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from core.networks.base import TimeFeatures, relative_time_of
from core.networks.convolutional import (
    NEIGHBOURS,
    ConvolutionalNetwork,
    Region,
    channels_first,
    channels_last,
    differences,
    doubled,
    halved,
    padded,
    zero_init,
)
from core.processes.base import Steps
from core.processes.gaussian import GaussianProcess
from core.values.checkpoints import RGB

TIME_WIDTH = 64


class UNet(ConvolutionalNetwork):
    """f_mu and f_Sigma of images: a path down to coarser scales and one up again, with the finer ones as skips.

    It is fully convolutional: it takes images of any size, and its result at a pixel depends on nearby pixels only.

    The input holds x^t and the differences of each pixel to its neighbours in units of the noise: they show at any
    noise the structure that x^t holds in its last digits. The read-out is that of `perturbed_kernel`: zeros are exact
    for unit Gaussian data.

    Args:
        channels: Values per pixel, 1 or 3.
        width: Features at the finest scale; the scale s, from 0, has (s + 1) times as many.
        scales: Number of scales, each of half the sides of the one before.
        blocks: Residual blocks at each scale on either path.
        bottleneck: Residual blocks between the two, at the coarsest scale, where they cost little.
        frequencies: Fourier features of time.
        added: 1 to project the output of a coarser scale to the finer one's features and add it; 0 to concatenate
            both, which takes a third longer.
        variance_divisor: Divisor of the read-out of the variance. K curves far more along it than along that of the
            mean, so that it would limit the learning rate of all weights.
    """

    kind = "unet"
    limits = {
        "channels": (1, RGB),
        "width": (1, 512),
        "scales": (1, 8),
        "blocks": (1, 16),
        "bottleneck": (1, 64),
        "frequencies": (1, 256),
        "added": (0, 1),
        "variance_divisor": (1, 1024),
    }

    def __init__(
        self,
        channels: int = 1,
        width: int = 32,
        scales: int = 3,
        blocks: int = 1,
        bottleneck: int = 1,
        frequencies: int = 8,
        added: int = 0,
        variance_divisor: int = 1,
    ) -> None:
        super().__init__(channels, width, scales, blocks, bottleneck, frequencies, added, variance_divisor)
        widths = [width * (scale + 1) for scale in range(scales)]
        seen = channels * (1 + len(NEIGHBOURS))
        self.time = TimeFeatures(frequencies, TIME_WIDTH)
        self.first = nn.Conv2d(seen, width, 3, padding=1)
        self.down = nn.ModuleList()
        self.up = nn.ModuleList()
        for scale, features in enumerate(widths):
            before = widths[max(scale - 1, 0)]
            self.down.append(_blocks(before, features, blocks))
        for scale, features in enumerate(widths[:-1]):
            self.up.append(_blocks(features if added else features + widths[scale + 1], features, blocks))
        if added:
            self.project = nn.ModuleList(nn.Conv2d(widths[scale + 1], widths[scale], 1) for scale in range(scales - 1))
        self.bottleneck = _blocks(widths[-1], widths[-1], bottleneck)
        self.read_out = nn.Conv2d(width + seen, 2 * channels, 3, padding=1)
        zero_init(self.read_out)

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        earlier = {"added": 0, "variance_divisor": 1}  # for files without these entries
        return super().from_config(earlier | dict(config))

    @property
    def receptive_field(self) -> int:
        """Largest distance, in rows or columns, of a pixel that a result depends on: one of its scale a convolution."""
        blocks = [*self.down.children(), self.bottleneck, *self.up.children()]
        scales = [*range(self.scales), self.scales - 1, *range(self.scales - 1)]
        within: int = sum(2 * len(list(group.children())) << scale for group, scale in zip(blocks, scales, strict=True))
        return 2 + within + self.stride  # the differences, the first convolution and the read-out; the grid

    def forward(self, x: Tensor, relative_time: Tensor, noise_std: Tensor | float) -> Tensor:
        """Return the read-out ``[N, 2 C, H, W]`` for ``x`` [N, C, H, W].

        Args:
            x: Images.
            relative_time: t / T, ``[N or 1, 1]``.
            noise_std: Standard deviation of the noise in ``x``, a number or ``[N, 1, 1, 1]``.
        """
        height, image_width = x.shape[-2:]
        x = padded(x, self.stride)
        seen = torch.cat([x, torch.asinh(differences(x) / noise_std)], dim=1)
        seen = seen.contiguous(memory_format=torch.channels_last)
        time = silu(self.time(relative_time))
        hidden = self.first(seen)
        finer: list[Tensor] = []
        for scale, blocks in enumerate(self.down):
            if scale:
                finer.append(hidden)
                hidden = halved(hidden)
            hidden = _through(blocks, hidden, time)
        hidden = _through(self.bottleneck, hidden, time)
        for scale, blocks in reversed(list(enumerate(self.up))):
            hidden = _through(blocks, self._joined(finer.pop(), hidden, scale), time)
        answer: Tensor = self.read_out(torch.cat([hidden, seen], dim=1))
        return answer[..., :height, :image_width]

    def read_outs(
        self, x: Tensor, t: Steps, process: GaussianProcess, inner: Region | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the read-outs (see `ConvolutionalNetwork`)."""
        images = channels_first(x)
        answer = self(images, relative_time_of(t, x, process.steps), process.marginal_std(t, images))
        if inner is not None:
            answer = answer[(..., *inner)]
        z_mean, z_variance = answer.chunk(2, dim=1)
        return channels_last(z_mean, x), channels_last(z_variance / self.config["variance_divisor"], x)

    def _joined(self, finer: Tensor, coarser: Tensor, scale: int) -> Tensor:
        if self.config["added"]:
            brought: Tensor = self.project[scale](coarser)
            return finer + doubled(brought)
        return torch.cat([finer, doubled(coarser)], dim=1)


class ResidualBlock(nn.Module):
    """Two convolutions beside a skip; the time is added between them.

    It has no normalisation: over the whole image, the receptive field would be infinite; at each pixel, it costs as
    much as the convolutions. Instead the second convolution starts from zeros, which keeps a deep network stable.
    """

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.time = nn.Linear(TIME_WIDTH, after)
        self.one = nn.Conv2d(before, after, 3, padding=1)
        self.two = nn.Conv2d(after, after, 3, padding=1)
        self.skip = nn.Conv2d(before, after, 1) if before != after else nn.Identity()
        zero_init(self.two)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """Return ``[N, after, H, W]`` for ``x`` [N, before, H, W] and features of time ``[N or 1, TIME_WIDTH]``."""
        hidden = self.one(silu(x)) + self.time(time).unsqueeze(-1).unsqueeze(-1)
        answer: Tensor = self.skip(x) + self.two(silu(hidden))
        return answer


def _through(blocks: nn.Module, x: Tensor, time: Tensor) -> Tensor:
    for block in blocks.children():
        x = block(x, time)
    return x


def _blocks(before: int, after: int, number: int) -> nn.ModuleList:
    return nn.ModuleList(ResidualBlock(before if index == 0 else after, after) for index in range(number))
