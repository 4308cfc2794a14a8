"""The paper's network for images: convolution at several scales, dense layers for each pixel, bump functions of time.

Section 2.2 and appendix D.2.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, silu

from core.networks.convolutional import (
    NEIGHBOURS,
    ConvolutionalNetwork,
    Region,
    channels_first,
    channels_last,
    differences,
    doubled,
    grown,
    halved,
    padded,
    within,
    zero_init,
)
from core.processes.base import Steps
from core.processes.gaussian import GaussianProcess
from core.values.checkpoints import RGB


class MultiscaleConvolution(ConvolutionalNetwork):
    """f_mu and f_Sigma of images of any size, as in the paper.

    Each convolutional layer takes the image and mean-pooled copies of it at halved scales, convolves each, scales them
    up to full size and adds them. Dense layers follow, which act on one pixel at a time. The input is x^t without t:
    the read-out has J coefficients for the mean and J for the variance at each pixel, which J bump functions of time
    weigh (appendix D.2.1). The sums are read-outs of `perturbed_kernel`: zeros are exact for unit Gaussian data.

    The input holds each pixel and the differences to its neighbours, plain and magnified, since structure under little
    noise is fine.

    Args:
        channels: Values per pixel, 1 or 3.
        width: Features of each convolutional layer.
        scales: Number of scales, the image's own included.
        layers: Convolutional layers.
        dense: Hidden units of each dense layer.
        dense_layers: Dense layers.
        bumps: J, bump functions of time.
        magnifications: Magnifications of the differences, each eight times the one before; the first is 1.
    """

    kind = "multiscale_convolution"
    limits = {
        "channels": (1, RGB),
        "width": (1, 512),
        "scales": (1, 8),
        "layers": (1, 32),
        "dense": (1, 2048),
        "dense_layers": (1, 16),
        "bumps": (1, 256),
        "magnifications": (1, 8),
    }

    def __init__(
        self,
        channels: int = 1,
        width: int = 32,
        scales: int = 4,
        layers: int = 3,
        dense: int = 64,
        dense_layers: int = 2,
        bumps: int = 12,
        magnifications: int = 4,
    ) -> None:
        super().__init__(channels, width, scales, layers, dense, dense_layers, bumps, magnifications)
        self.bumps = bumps
        self.register_buffer("gains", torch.tensor([8.0**power for power in range(magnifications)]), persistent=False)
        seen = channels * (1 + len(NEIGHBOURS) * magnifications)
        self.layers = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(seen if layer == 0 else width, width, 3, padding=1) for _ in range(scales))
            for layer in range(layers)
        )
        self.dense = nn.ModuleList(
            nn.Conv2d(width + seen if layer == 0 else dense, dense, 1) for layer in range(dense_layers)
        )
        self.read_out = nn.Conv2d(dense, 2 * bumps * channels, 1)
        zero_init(self.read_out)

    gains: Tensor

    @property
    def receptive_field(self) -> int:
        """Largest distance, in rows or columns, of a pixel that a result depends on."""
        return 1 + len(self.layers) * (2 * self.stride - 1)  # the differences; the coarsest scale of each layer

    def forward(self, x: Tensor, inner: Region | None = None) -> Tensor:
        """Return the output of the last dense layer, ``[N, dense, H, W]``.

        Args:
            x: Images ``[N, C, H, W]``.
            inner: Rows and columns to compute; None for all. No layer computes more than the next ones need.
        """
        height, image_width = x.shape[-2:]
        x = padded(x, self.stride)
        computed: Region = slice(0, x.shape[-2]), slice(0, x.shape[-1])
        inner = inner or (slice(0, height), slice(0, image_width))
        magnified = [torch.asinh(gain * differences(x)) for gain in self.gains]
        seen = torch.cat([x, *magnified], dim=1).contiguous(memory_format=torch.channels_last)
        hidden = seen
        for index, convolutions in enumerate(self.layers):
            summed = silu(_multiscale(hidden, list(convolutions.children())))
            hidden = hidden + summed if index else summed
            left = (len(self.layers) - 1 - index) * (2 * self.stride - 1)
            needed = grown(inner, left, self.stride, (x.shape[-2], x.shape[-1])) if left else inner
            hidden, computed = hidden[(..., *within(needed, computed))], needed
        hidden = torch.cat([hidden, seen[(..., *inner)]], dim=1)
        for layer in self.dense:
            hidden = silu(layer(hidden))
        return hidden

    def read_outs(
        self, x: Tensor, t: Steps, process: GaussianProcess, inner: Region | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the read-outs (see `ConvolutionalNetwork`)."""
        hidden, bumps = self(channels_first(x), inner), self._bumps_at(t, process.steps, x)
        if isinstance(t, int):  # the bumps weigh the read-out's weights, which are fewer than its outputs
            assert self.read_out.bias is not None
            weights, bias = (self._weighed(part, bumps) for part in (self.read_out.weight, self.read_out.bias))
            weighed = conv2d(hidden, weights, bias)
        else:
            coefficients = self.read_out(hidden).unflatten(1, (2, self.bumps, self.channels))
            weighed = (coefficients * bumps.reshape(-1, 1, self.bumps, 1, 1, 1)).sum(dim=2).flatten(1, 2)
        z_mean, z_variance = weighed.chunk(2, dim=1)
        return channels_last(z_mean, x), channels_last(z_variance, x)

    def _bumps_at(self, t: Steps, steps: int, like: Tensor) -> Tensor:
        """Return the bump functions g_j(t), ``[N or 1, J]``, which add up to 1 over j."""
        at = torch.full((1,), t) if isinstance(t, int) else t
        centres = torch.linspace(1.0, float(steps), self.bumps, dtype=like.dtype)
        spacing = max(float(steps) - 1.0, 1.0) / max(self.bumps - 1, 1)
        squares = ((at.to(like.dtype).reshape(-1, 1) - centres) / spacing).square()
        return torch.softmax(-0.5 * squares, dim=1)

    def _weighed(self, numbers: Tensor, bumps: Tensor) -> Tensor:
        """Return the read-out's ``numbers`` [2 J C, …], weighed by the ``bumps`` at one t: ``[2 C, …]``."""
        parts = numbers.reshape(2, self.bumps, self.channels, *numbers.shape[1:])
        weighed = (parts * bumps.reshape(1, -1, *[1] * (parts.dim() - 2))).sum(dim=1)
        return weighed.reshape(2 * self.channels, *numbers.shape[1:])


def _multiscale(x: Tensor, convolutions: Sequence[nn.Module]) -> Tensor:
    """Return the sum over scales of the mean-pooled, convolved ``x``, each scaled up to the size of ``x``."""
    pooled = [x]
    for _ in convolutions[1:]:
        pooled.append(halved(pooled[-1]))
    total: Tensor = convolutions[-1](pooled[-1])
    for convolution, part in zip(convolutions[-2::-1], pooled[-2::-1], strict=True):
        total = doubled(total) + convolution(part)
    return total
