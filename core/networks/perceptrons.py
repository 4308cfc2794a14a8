"""Multilayer perceptrons for states of a few entries: f_mu and f_Sigma of points, f_b of bits (appendix D.2)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from core.networks.base import Network, TimeFeatures, perturbed_kernel, relative_time_of
from core.processes.base import Steps
from core.processes.binomial import BinomialProcess
from core.processes.distributions import Gaussian, MixedBits
from core.processes.gaussian import GaussianProcess

EVIDENCE_SCALE = 0.25
"""Scale of log odds as inputs: they go up to about 12, while the other inputs are signs."""


class Perceptron(Network):
    """A multilayer perceptron over states of a few entries and the time: one trunk, one linear read-out.

    Args:
        inputs: Number of inputs, each with ``fourier_features`` waves.
        outputs: Number of outputs.
        width: Hidden units of each layer.
        layers: Hidden layers, the first one included.
        frequencies: Fourier features of time.
        fourier_features: Fourier features of each input, for structure much finer than the data's extent; 0 for none.
    """

    limits = {"dimensions": (1, 4096), "width": (1, 8192), "layers": (1, 64), "frequencies": (1, 256)}
    octaves: Tensor

    def __init__(
        self, inputs: int, outputs: int, width: int, layers: int, frequencies: int, fourier_features: int = 0
    ) -> None:
        super().__init__()
        octaves = torch.tensor([math.pi / 4.0 * 2.0**octave for octave in range(fourier_features)])
        self.register_buffer("octaves", octaves, persistent=False)
        self.time = TimeFeatures(frequencies, width)
        self.first = nn.Linear(inputs * (1 + 2 * fourier_features), width)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(layers - 1))
        self.read_out = nn.Linear(width, outputs)
        nn.init.zeros_(self.read_out.weight)
        nn.init.zeros_(self.read_out.bias)

    def forward(self, x: Tensor, relative_time: Tensor) -> Tensor:
        """Return the read-out ``[N, outputs]`` for ``x`` [N, inputs] at ``relative_time`` = t / T, ``[N or 1, 1]``."""
        waves = (x.unsqueeze(-1) * self.octaves).flatten(1)
        hidden = self.first(torch.cat([x, waves.sin(), waves.cos()], dim=-1)) + self.time(relative_time)
        hidden = nn.functional.silu(hidden)
        for layer in self.hidden:
            hidden = nn.functional.silu(layer(hidden))
        answer: Tensor = self.read_out(hidden)
        return answer


class MultilayerPerceptron(Perceptron):
    """f_mu and f_Sigma for states of a few dimensions.

    The mean is a perturbation of the reverse of unit Gaussian data, and the variance one of the forward variance:
    a read-out of zero gives mu = sqrt(1 - beta_t) x and Sigma = beta_t, which is exact for such data.

    Args:
        dimensions: D, entries of a state.
        width, layers, frequencies, fourier_features: See `Perceptron`.
    """

    kind = "mlp"
    limits = Perceptron.limits | {"fourier_features": (0, 32)}
    reverses = GaussianProcess

    def __init__(
        self, dimensions: int, width: int = 128, layers: int = 3, frequencies: int = 8, fourier_features: int = 0
    ) -> None:
        super().__init__(dimensions, 2 * dimensions, width, layers, frequencies, fourier_features)
        self.config = self.config_of(dimensions, width, layers, frequencies, fourier_features)
        self.shape = (dimensions,)

    def reverse_kernel(self, x: Tensor, t: Steps, process: GaussianProcess) -> Gaussian:
        """Return p(x^t-1 | x^t = ``x``) (see `ReverseNetwork`)."""
        z_mean, z_variance = self(x, relative_time_of(t, x, process.steps)).chunk(2, dim=-1)
        return perturbed_kernel(z_mean, z_variance, x, t, process)


class BitPerceptron(Perceptron):
    """f_b for sequences of a few bits: log odds of x^0 added to those of each bit alone (section 2.2).

    The inputs are each bit's sign and its own evidence on x^0, the log odds of `BinomialProcess.entrywise_x0_odds`.
    A read-out of zero is the exact reverse of fair coins.

    Args:
        dimensions: D, bits of a state.
        width, layers, frequencies: See `Perceptron`.
    """

    kind = "bit_mlp"
    reverses = BinomialProcess

    def __init__(self, dimensions: int, width: int = 128, layers: int = 3, frequencies: int = 4) -> None:
        super().__init__(2 * dimensions, dimensions, width, layers, frequencies)
        self.config = self.config_of(dimensions, width, layers, frequencies)
        self.shape = (dimensions,)

    def reverse_kernel(self, x: Tensor, t: Steps, process: BinomialProcess) -> MixedBits:
        """Return p(x^t-1 | x^t = ``x``) (see `ReverseNetwork`)."""
        evidence = process.entrywise_x0_odds(x, t)
        z = self(torch.cat([2.0 * x - 1.0, EVIDENCE_SCALE * evidence], dim=-1), relative_time_of(t, x, process.steps))
        return process.kernel_of_x0_estimate(evidence + z, x, t)
