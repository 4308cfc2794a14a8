"""The learned functions f_mu and f_Sigma of the reverse kernels (section 2.2, appendix D.2)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Protocol

import torch
from torch import Tensor, nn

from core.errors import BadInputError
from core.processes import GaussianProcess, pick


class GaussianNetwork(Protocol):
    """What a network must do to be the reverse of a Gaussian process; any torch module with this method will do."""

    def moments(self, x: Tensor, t: int | Tensor, process: GaussianProcess) -> tuple[Tensor, Tensor]:
        """Return f_mu and f_Sigma, mean and variance of p(x^t-1 | x^t = ``x``), for t = 2 … T.

        Args:
            x: States ``[N, *shape]``, float32, standardised.
            t: One step for all states, or one each: int64 ``[N]``.
            process: The process to be reversed, whose tables the network may use.

        Returns:
            Two tensors ``[N, *shape]``; variances are positive.
        """


class TimeFeatures(nn.Module):
    """Sines and cosines of t / T, which a layer turns into one bias for each hidden unit."""

    waves: Tensor

    def __init__(self, frequencies: int, width: int) -> None:
        super().__init__()
        # From a list: arithmetic on torch's meta device, where layouts are checked, imports half of its compiler.
        waves = torch.tensor([math.pi * (wave + 1) for wave in range(frequencies)])
        self.register_buffer("waves", waves, persistent=False)
        self.layer = nn.Linear(2 * frequencies, width)

    def forward(self, share: Tensor) -> Tensor:
        """Return biases ``[N, width]`` for times ``share`` = t / T, ``[N, 1]``."""
        angles = share * self.waves
        biases: Tensor = self.layer(torch.cat([angles.sin(), angles.cos()], dim=-1))
        return biases


class MultilayerPerceptron(nn.Module):
    """An MLP over states of a few dimensions; one trunk, two read-outs.

    The mean is a perturbation of the reverse of unit Gaussian data, and the variance one of the forward variance:
    a read-out of zero gives mu = sqrt(1 - beta_t) x and Sigma = beta_t, which is exact there.

    Args:
        dimensions: D, entries of a state.
        width: Hidden units of each layer.
        layers: Hidden layers, the first one included.
        frequencies: Waves of time.
        detail: Waves of each coordinate, for structure much finer than the data are wide; 0 for none.
    """

    kind = "mlp"
    octaves: Tensor

    def __init__(
        self, dimensions: int, width: int = 128, layers: int = 3, frequencies: int = 8, detail: int = 0
    ) -> None:
        super().__init__()
        self.config = {
            "dimensions": dimensions,
            "width": width,
            "layers": layers,
            "frequencies": frequencies,
            "detail": detail,
        }
        octaves = torch.tensor([math.pi / 4.0 * 2.0**octave for octave in range(detail)])
        self.register_buffer("octaves", octaves, persistent=False)
        self.time = TimeFeatures(frequencies, width)
        self.first = nn.Linear(dimensions * (1 + 2 * detail), width)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(layers - 1))
        self.read_out = nn.Linear(width, 2 * dimensions)
        nn.init.zeros_(self.read_out.weight)
        nn.init.zeros_(self.read_out.bias)

    def forward(self, x: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
        """Return the read-outs z_mu and z_Sigma, ``[N, D]`` each, for states ``[N, D]`` at times ``share`` = t / T."""
        waves = (x.unsqueeze(-1) * self.octaves).flatten(1)
        hidden = self.first(torch.cat([x, waves.sin(), waves.cos()], dim=-1)) + self.time(share)
        hidden = nn.functional.silu(hidden)
        for layer in self.hidden:
            hidden = nn.functional.silu(layer(hidden))
        mean, variance = self.read_out(hidden).chunk(2, dim=-1)
        return mean, variance

    def moments(self, x: Tensor, t: int | Tensor, process: GaussianProcess) -> tuple[Tensor, Tensor]:
        """Return f_mu and f_Sigma ``[N, D]`` (see `GaussianNetwork`)."""
        at = torch.full((1, 1), t) if isinstance(t, int) else t.reshape(-1, 1)
        z_mean, z_variance = self(x, at.to(x.dtype) / process.steps)
        return perturbed_mean(z_mean, x, t, process), perturbed_variance(z_variance, x, t, process)


def perturbed_mean(z: Tensor, x: Tensor, t: int | Tensor, process: GaussianProcess) -> Tensor:
    """Return f_mu, the posterior's mean at the guess sqrt(alpha_bar_t) x + sqrt(1 - alpha_bar_t) z of x^0."""
    guess = process.jump_decay(t, x) * x + process.jump_width(t, x) * z
    return process.posterior_mean(guess, x, t)


def perturbed_variance(z: Tensor, x: Tensor, t: int | Tensor, process: GaussianProcess) -> Tensor:
    """Return f_Sigma = sigmoid(z + logit(beta_t)) (appendix D.2)."""
    odds = pick(torch.logit(process.betas), t - 1, x)
    return torch.sigmoid(z + odds)


def build_network(kind: str, config: Mapping[str, object]) -> nn.Module:
    """Return a fresh network of ``kind`` with the given configuration.

    Raises:
        BadInputError: If the kind is unknown or the configuration is not one of that kind.
    """
    builder = BUILDERS.get(kind)
    if builder is None:
        raise BadInputError(f"network kind {kind!r} is unknown; this version knows {', '.join(sorted(BUILDERS))}")
    return builder(config)


def _multilayer_perceptron(config: Mapping[str, object]) -> nn.Module:
    limits = {
        "dimensions": (1, 4096),
        "width": (1, 8192),
        "layers": (1, 64),
        "frequencies": (1, 256),
        "detail": (0, 32),
    }
    unknown = set(config) - set(limits)
    if unknown:
        raise BadInputError(f"network config has the unknown entry {sorted(unknown)[0]!r}")
    sizes: dict[str, int] = {}
    for name, (least, most) in limits.items():
        value = config.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadInputError(f"network config {name} is {value!r}, not a whole number from {least} to {most}")
        sizes[name] = value
    return MultilayerPerceptron(**sizes)


BUILDERS: Mapping[str, Callable[[Mapping[str, object]], nn.Module]] = {
    MultilayerPerceptron.kind: _multilayer_perceptron,
}
