"""The learned functions f_mu, f_Sigma and f_b of the reverse kernels (section 2.2, appendix D.2)."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Never, Protocol, Self

import torch
from torch import Tensor, nn
from torch.distributions import Distribution

from core.errors import BadInputError
from core.processes.base import Process, Steps
from core.processes.distributions import Gaussian, pick
from core.processes.gaussian import GaussianProcess
from core.values.checkpoints import DataInfo, channels_of

Limits = Mapping[str, tuple[int, int]]


class ReverseNetwork(Protocol):
    """Interface of a network that reverses a process: any torch module with this one method.

    A Gaussian process is reversed by Gaussian kernels (or correlated ones for states ``[N, D]``), a binomial one by
    bits: those of `core.processes.distributions`, or torch's own. The process holds the tables that a network may use;
    ``process.posterior_mean`` and ``process.kernel_of_x0_estimate`` turn an x^0 estimate into a kernel.
    """

    def reverse_kernel(self, x: Tensor, t: Steps, process: Never) -> Distribution:
        """Return the kernel p(x^t-1 | x^t = ``x``), for t = 2 … T; at t = 1 the kernel is fixed (appendix B).

        Args:
            x: States ``[N, *shape]``, float32, standardised or bits.
            t: One step for all states, or one each: int64 ``[N]``.
            process: The process to reverse; a network declares the kind that it takes.
        """


class Network(nn.Module, ABC):
    """A `ReverseNetwork` that declares its process and data and is checked against them; checkpoints hold these.

    Attributes:
        kind: Its name in checkpoints.
        limits: The whole numbers of its configuration by name, with the least and the greatest allowed.
        reverses: The kind of processes that it reverses.
        exact: Whether it needs no training: its moments, variances included, are those of the data.
        config: The configuration that builds it again, by name.
        steps, shape, channels: T, the shape of a state and the values per pixel, if it is made for one only.
    """

    kind: ClassVar[str] = ""
    limits: ClassVar[Limits] = {}
    reverses: type[Process] = Process  # type: ignore[type-abstract]
    exact: ClassVar[bool] = False
    config: Mapping[str, Any]
    steps: int | None = None
    shape: tuple[int, ...] | None = None
    channels: int | None = None

    @abstractmethod
    def reverse_kernel(self, x: Tensor, t: Steps, process: Never) -> Distribution:
        """See `ReverseNetwork`; ``process`` is one that the network `reverses`."""

    @classmethod
    def from_config(cls, config: Mapping[str, object]) -> Self:
        """Return a new network with the configuration of a file.

        Raises:
            BadInputError: If an entry of it is missing, unknown, or not within the network's limits.
        """
        return cls(**checked_sizes(config, cls.limits))

    @classmethod
    def config_of(cls, *sizes: int) -> dict[str, int]:
        """Return a configuration: ``sizes`` by their names, in the order of `limits`."""
        return dict(zip(cls.limits, sizes, strict=True))

    @property
    def dtype(self) -> torch.dtype:
        """Type that it computes in: that of its parameters, or float64 if it is exact."""
        learned = next((parameter.dtype for parameter in self.parameters()), torch.float32)
        return torch.float64 if self.exact else learned

    def check_fit(self, process: Process, data: DataInfo) -> None:
        """Raise `BadInputError` if the network is made for another kind of process, another T or other data."""
        if not isinstance(process, self.reverses):
            raise BadInputError(f"network: it reverses a {self.reverses.kind} process, and this one is {process.kind}")
        if self.steps not in (None, process.steps):
            raise BadInputError(f"network: it is made for {self.steps} steps, and the process has {process.steps}")
        if self.channels is not None and not (data.is_image and channels_of(data.shape) == self.channels):
            kind = "grey" if self.channels == 1 else "RGB"
            raise BadInputError(f"network: it takes {kind} images, and the data have shape {data.shape}")
        if self.shape not in (None, data.shape):
            raise BadInputError(f"network: it takes states of shape {self.shape}, and the data have shape {data.shape}")

    def check_contents(self, process: Process) -> None:
        """Raise `BadInputError` if the network holds data that are not of ``process``."""


class AdaptedNetwork(Network):
    """A `Network` around any module with the one method, and perhaps some of the attributes."""

    def __init__(self, network: ReverseNetwork) -> None:
        super().__init__()
        self.network = network
        for name in ("reverses", "steps", "shape", "channels"):
            if hasattr(network, name):
                setattr(self, name, getattr(network, name))

    def reverse_kernel(self, x: Tensor, t: Steps, process: Never) -> Distribution:
        return self.network.reverse_kernel(x, t, process)


def checked_sizes(config: Mapping[str, object], limits: Limits) -> dict[str, int]:
    """Return the whole numbers in ``config``, each within its ``limits``.

    Raises:
        BadInputError: If one is unknown, missing or outside its limits.
    """
    unknown = set(config) - set(limits)
    if unknown:
        raise BadInputError(f"network config has the unknown entry {sorted(unknown)[0]!r}")
    return {name: checked_size(config.get(name), name, *limits[name]) for name in limits}


def checked_size(value: object, name: str, least: int, most: int) -> int:
    """Return ``value``, called ``name``; raise `BadInputError` unless it is a whole number ``least`` … ``most``."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadInputError(f"network config {name} is {value!r:.40}, not a whole number from {least} to {most}")
    return value


class TimeFeatures(nn.Module):
    """Sines and cosines of t / T, which a layer turns into one bias for each hidden unit."""

    waves: Tensor

    def __init__(self, frequencies: int, width: int) -> None:
        super().__init__()
        # From a list: arithmetic on torch's meta device, where layouts are checked, imports half of its compiler.
        waves = torch.tensor([math.pi * (wave + 1) for wave in range(frequencies)])
        self.register_buffer("waves", waves, persistent=False)
        self.layer = nn.Linear(2 * frequencies, width)

    def forward(self, relative_time: Tensor) -> Tensor:
        """Return biases ``[N, width]`` for times ``relative_time`` = t / T, ``[N, 1]``."""
        angles = relative_time * self.waves
        biases: Tensor = self.layer(torch.cat([angles.sin(), angles.cos()], dim=-1))
        return biases


def relative_time_of(t: Steps, x: Tensor, steps: int) -> Tensor:
    """Return t / T as ``[1, 1]`` or ``[N, 1]``, of the type of ``x``."""
    at = torch.full((1, 1), t) if isinstance(t, int) else t.reshape(-1, 1)
    return at.to(x.dtype) / steps


def perturbed_kernel(z_mean: Tensor, z_variance: Tensor, x: Tensor, t: Steps, process: GaussianProcess) -> Gaussian:
    """Return the kernel of a network's two read-outs (appendix D.2); zeros are exact for unit Gaussian data."""
    mean, variance = perturbed_mean(z_mean, x, t, process), perturbed_variance(z_variance, x, t, process)
    return Gaussian(mean, variance.sqrt())


def perturbed_mean(z: Tensor, x: Tensor, t: Steps, process: GaussianProcess) -> Tensor:
    """Return f_mu, the posterior's mean at the x^0 estimate sqrt(alpha_bar_t) x + sqrt(1 - alpha_bar_t) z."""
    x0_estimate = process.marginal_scale(t, x) * x + process.marginal_std(t, x) * z
    return process.posterior_mean(x0_estimate, x, t)


def perturbed_variance(z: Tensor, x: Tensor, t: Steps, process: GaussianProcess) -> Tensor:
    """Return f_Sigma = sigmoid(z + logit(beta_t)) (appendix D.2)."""
    odds = pick(torch.logit(process.betas), t - 1, x)
    return torch.sigmoid(z + odds)
