"""The learned functions f_mu, f_Sigma and f_b of the reverse kernels (section 2.2, appendix D.2)."""

from __future__ import annotations

import math
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.distributions import Bernoulli, Normal

from core.laws import Law, normal, pick
from core.processes import BinomialProcess, GaussianProcess

EVIDENCE_SCALE = 0.25
"""Log odds go up to some twelve; the other inputs are signs."""


class ReverseNetwork(Protocol):
    """What a network must do to be the reverse of a process; any torch module with this one method will do.

    A Gaussian process is reversed by Normal kernels (or MultivariateNormal ones for states ``[N, D]``), a binomial one
    by Bernoulli kernels: `core.laws.normal` and `core.laws.bernoulli` make them. `core.processes.Process` holds the
    tables that a network may use; ``process.posterior_mean`` and ``process.law_of_guess`` turn a guess of x^0 into a
    kernel.

    A network may say what it is made for, and is then refused elsewhere: ``process_kind`` ("gaussian" or "binomial"),
    ``steps`` (T) and ``shape`` (of one state).
    """

    def reverse_law(self, x: Tensor, t: int | Tensor, process: Any) -> Law:
        """Return the kernel p(x^t-1 | x^t = ``x``), for t = 2 … T; at t = 1 no network is asked (appendix B).

        Args:
            x: States ``[N, *shape]``, float32, standardised or bits.
            t: One step for all states, or one each: int64 ``[N]``.
            process: The process to be reversed.
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


class Perceptron(nn.Module):
    """A multilayer perceptron over states of a few entries and the time: one trunk, one linear read-out.

    Args:
        inputs: Numbers that go in, each with ``detail`` waves.
        outputs: Numbers that come out.
        width: Hidden units of each layer.
        layers: Hidden layers, the first one included.
        frequencies: Waves of time.
        detail: Waves of each input, for structure much finer than the data are wide; 0 for none.
    """

    octaves: Tensor

    def __init__(self, inputs: int, outputs: int, width: int, layers: int, frequencies: int, detail: int = 0) -> None:
        super().__init__()
        octaves = torch.tensor([math.pi / 4.0 * 2.0**octave for octave in range(detail)])
        self.register_buffer("octaves", octaves, persistent=False)
        self.time = TimeFeatures(frequencies, width)
        self.first = nn.Linear(inputs * (1 + 2 * detail), width)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(layers - 1))
        self.read_out = nn.Linear(width, outputs)
        nn.init.zeros_(self.read_out.weight)
        nn.init.zeros_(self.read_out.bias)

    def forward(self, x: Tensor, share: Tensor) -> Tensor:
        """Return the read-out ``[N, outputs]`` for ``x`` [N, inputs] at times ``share`` = t / T, ``[N or 1, 1]``."""
        waves = (x.unsqueeze(-1) * self.octaves).flatten(1)
        hidden = self.first(torch.cat([x, waves.sin(), waves.cos()], dim=-1)) + self.time(share)
        hidden = nn.functional.silu(hidden)
        for layer in self.hidden:
            hidden = nn.functional.silu(layer(hidden))
        answer: Tensor = self.read_out(hidden)
        return answer


class MultilayerPerceptron(Perceptron):
    """f_mu and f_Sigma for states of a few dimensions.

    The mean is a perturbation of the reverse of unit Gaussian data, and the variance one of the forward variance:
    a read-out of zero gives mu = sqrt(1 - beta_t) x and Sigma = beta_t, which is exact there.

    Args:
        dimensions: D, entries of a state.
        width, layers, frequencies, detail: See `Perceptron`.
    """

    kind = "mlp"
    process_kind = "gaussian"

    def __init__(
        self, dimensions: int, width: int = 128, layers: int = 3, frequencies: int = 8, detail: int = 0
    ) -> None:
        super().__init__(dimensions, 2 * dimensions, width, layers, frequencies, detail)
        self.config = {
            "dimensions": dimensions,
            "width": width,
            "layers": layers,
            "frequencies": frequencies,
            "detail": detail,
        }
        self.shape = (dimensions,)

    def reverse_law(self, x: Tensor, t: int | Tensor, process: GaussianProcess) -> Normal:
        """Return p(x^t-1 | x^t = ``x``) (see `ReverseNetwork`)."""
        z_mean, z_variance = self(x, share_of(t, x, process.steps)).chunk(2, dim=-1)
        return perturbed_law(z_mean, z_variance, x, t, process)


class BitPerceptron(Perceptron):
    """f_b for sequences of a few bits: log odds added to those that each bit's own decay gives (section 2.2).

    What goes in is each bit's own evidence on x^0, the log odds of `BinomialProcess.own_odds`, beside its sign. A
    read-out of zero is the exact reverse of data that are fair coins.

    Args:
        dimensions: D, bits of a state.
        width, layers, frequencies: See `Perceptron`.
    """

    kind = "bit_mlp"
    process_kind = "binomial"

    def __init__(self, dimensions: int, width: int = 128, layers: int = 3, frequencies: int = 4) -> None:
        super().__init__(2 * dimensions, dimensions, width, layers, frequencies)
        self.config = {"dimensions": dimensions, "width": width, "layers": layers, "frequencies": frequencies}
        self.shape = (dimensions,)

    def reverse_law(self, x: Tensor, t: int | Tensor, process: BinomialProcess) -> Bernoulli:
        """Return p(x^t-1 | x^t = ``x``) (see `ReverseNetwork`)."""
        own = process.own_odds(x, t)
        z = self(torch.cat([2.0 * x - 1.0, EVIDENCE_SCALE * own], dim=-1), share_of(t, x, process.steps))
        return process.law_of_guess(own + z, x, t)


def share_of(t: int | Tensor, x: Tensor, steps: int) -> Tensor:
    """Return t / T as ``[1, 1]`` or ``[N, 1]``, of the type of ``x``."""
    at = torch.full((1, 1), t) if isinstance(t, int) else t.reshape(-1, 1)
    return at.to(x.dtype) / steps


def perturbed_law(z_mean: Tensor, z_variance: Tensor, x: Tensor, t: int | Tensor, process: GaussianProcess) -> Normal:
    """Return the kernel that a network's two read-outs stand for (appendix D.2); zeros for unit Gaussian data."""
    mean, variance = perturbed_mean(z_mean, x, t, process), perturbed_variance(z_variance, x, t, process)
    return normal(mean, variance.sqrt())


def perturbed_mean(z: Tensor, x: Tensor, t: int | Tensor, process: GaussianProcess) -> Tensor:
    """Return f_mu, the posterior's mean at the guess sqrt(alpha_bar_t) x + sqrt(1 - alpha_bar_t) z of x^0."""
    guess = process.jump_decay(t, x) * x + process.jump_width(t, x) * z
    return process.posterior_mean(guess, x, t)


def perturbed_variance(z: Tensor, x: Tensor, t: int | Tensor, process: GaussianProcess) -> Tensor:
    """Return f_Sigma = sigmoid(z + logit(beta_t)) (appendix D.2)."""
    odds = pick(torch.logit(process.betas), t - 1, x)
    return torch.sigmoid(z + odds)
