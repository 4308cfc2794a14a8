"""A diffusion model: the process q and the reverse kernels p(x^t-1 | x^t)."""

from __future__ import annotations

from typing import Never, cast

import numpy as np
import torch
from torch import Tensor, nn

from core.data.registry import source_of
from core.data.sources import Source
from core.errors import BadCheckpointError, BadInputError
from core.networks.base import AdaptedNetwork, Network, ReverseNetwork
from core.networks.registry import build_network
from core.processes.base import Process, Steps, check_floating
from core.processes.distributions import StateDistribution, as_state_distribution
from core.processes.registry import process_of
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo


class DiffusionModel:
    """Process, network and data: everything that a run needs.

    Attributes:
        process: The forward process q.
        network: The learned functions f_mu and f_Sigma, or f_b.
        data: Description of the examples, and the map to user's units.
        source: Source of fresh data.
    """

    def __init__(self, process: Process, network: ReverseNetwork, data: DataInfo, source: Source | None = None) -> None:
        """Combine the three.

        Args:
            process: The forward process.
            network: The learned functions.
            data: Description of the data that the network was trained on.
            source: Source of other data in the same units; by default, that of ``data``.

        Raises:
            BadInputError: If the network is made for another kind of process, another T or another shape of data, or
                holds data that are not of the process.
        """
        self.process = process
        self.network = network if isinstance(network, Network) else AdaptedNetwork(network)
        self.network.check_fit(process, data)
        self.network.check_contents(process)
        self.data = data
        self.source: Source = source_of(data) if source is None else source

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return self.process.steps

    def reverse_kernel(self, x: Tensor, t: Steps) -> StateDistribution:
        """Return p(x^t-1 | x^t = ``x``) for t = 1 … T, states ``[N, *shape]``.

        At t = 1 it is the final kernel of appendix B; a tensor of steps may hold 2 … T only.

        Raises:
            BadInputError: If ``x`` are no states of the data's shape, ``t`` no steps for them, or the network's result
                is no kernel of the process.
        """
        self._check_states(x, t)
        if isinstance(t, int) and t == 1:
            return self.process.final_kernel(x)
        self.process.check_step(t, first=2)
        # A network takes only processes of the kind that it reverses; `check_fit` has checked that.
        answer = self.network.reverse_kernel(x, t, cast("Never", self.process))
        kernel = as_state_distribution(answer)
        if kernel is None or not isinstance(kernel, self.process.distributions) or kernel.shape != x.shape:
            raise BadInputError(f"network: for states of shape {tuple(x.shape)} it returns {answer!r}")
        return kernel

    def x0_estimate(self, x: Tensor, t: int) -> Tensor:
        """Return the x^0 estimate E[x^0 | x^t = ``x``] for t = 1 … T; for bits, the probability of a 1."""
        return self.process.x0_estimate(self.reverse_kernel(x, t), x, t)

    def drift(self, x: Tensor, t: int) -> Tensor:
        """Return f_mu(x, t) - x for t = 1 … T, states ``[N, *shape]`` (figure 1)."""
        return self.reverse_kernel(x, t).mean - x

    def _check_states(self, x: Tensor, t: Steps) -> None:
        check_floating(x=x)
        if x.shape[1:] != self.data.shape:
            raise BadInputError(f"x: shape {tuple(x.shape)} is not (N, {', '.join(map(str, self.data.shape))})")
        if isinstance(t, Tensor) and t.shape != x.shape[:1]:
            raise BadInputError(f"t: shape {tuple(t.shape)} is not that of one step for each of {len(x)} states")


def model_from(checkpoint: Checkpoint, path: object) -> DiffusionModel:
    """Build the model that ``checkpoint`` describes; errors name ``path``.

    The network is laid out without memory first and compared with the weights, so that a configuration cannot ask for
    more memory than the file holds.

    Raises:
        BadCheckpointError: If kinds, configuration and weights do not fit each other.
    """
    info = checkpoint.network
    try:
        process = process_of(checkpoint.kind, checkpoint.betas)
        _check_examples(process, checkpoint.data)
        with torch.device("meta"):
            layout = build_network(info.kind, info.config)
        _check_weights(layout, info)
        layout.check_fit(process, checkpoint.data)
        network = build_network(info.kind, info.config)
        kinds = {name: value.dtype for name, value in network.state_dict().items()}
        weights = {name: torch.tensor(weight, dtype=kinds[name]) for name, weight in info.weights.items()}
        network.load_state_dict(weights, assign=True)  # without a second copy: an empirical network holds a data set
        network.eval().requires_grad_(False)
        return DiffusionModel(process, network, checkpoint.data)
    except BadInputError as error:
        raise BadCheckpointError(path, str(error)) from error


def _check_examples(process: Process, info: DataInfo) -> None:
    """Raise `BadInputError` unless examples and held-out examples are states of ``process``."""
    for name, values in (("examples", info.examples), ("held_out", info.held_out)):
        if values is not None:
            with np.errstate(over="ignore"):
                states = info.to_model(values)
            process.check_states(states, f"/data/{name}, in model units")


def _check_weights(layout: nn.Module, info: NetworkInfo) -> None:
    wanted = {name: tuple(value.shape) for name, value in layout.state_dict().items()}
    missing, extra = sorted(wanted.keys() - info.weights.keys()), sorted(info.weights.keys() - wanted.keys())
    if missing:
        raise BadInputError(f"/network/weights/{missing[0]} is missing; the configuration asks for it")
    if extra:
        raise BadInputError(f"/network/weights/{extra[0]} belongs to no part of the network")
    for name, shape in wanted.items():
        if info.weights[name].shape != shape:
            found = info.weights[name].shape
            raise BadInputError(f"/network/weights/{name} has shape {found}, where the configuration asks for {shape}")


def step_divergence(model: DiffusionModel, x0: Tensor, t: Steps, rng: torch.Generator) -> Tensor:
    """Return KL(q(x^t-1 | x^t, x^0) || p(x^t-1 | x^t)) at one draw of x^t for each of ``x0`` [N, *shape].

    Steps t = 2 … T; float64 ``[N]``, nats a sample.
    """
    return divergence_at(model, x0, model.process.marginal(x0, t).draw(rng), t)


def divergence_at(model: DiffusionModel, x0: Tensor, x: Tensor, t: Steps) -> Tensor:
    """Return KL(q(x^t-1 | x^t, x^0) || p(x^t-1 | x^t)) at given states ``x`` = x^t, nats a sample, float64 ``[N]``."""
    return model.process.divergence(model.reverse_kernel(x, t), x0, x, t)
