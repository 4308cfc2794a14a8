"""A diffusion model: the process q and the reverse kernels p(x^t-1 | x^t)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from core.data.registry import source_of
from core.data.sources import Source
from core.errors import BadCheckpointError, BadInputError
from core.networks.base import ReverseNetwork
from core.networks.registry import ExactNetwork, build_network
from core.processes.base import Process, check_floating
from core.processes.binomial import BinomialProcess
from core.processes.distributions import MixedBernoulli, StateDistribution, divergence, draw
from core.processes.registry import KERNEL_TYPES, process_of
from core.values.checkpoints import Checkpoint, DataInfo, NetworkInfo, channels_of


class DiffusionModel:
    """Process, network and data in one: all that a run needs to know.

    Attributes:
        process: The forward process q.
        network: The learned functions f_mu and f_Sigma, or f_b.
        data: What one example is, and the map to user's units.
        source: Where fresh data come from.
    """

    def __init__(self, process: Process, network: ReverseNetwork, data: DataInfo) -> None:
        """Put the three together.

        Raises:
            BadInputError: If the network is made for another kind of process, another T or another shape of data, or
                what it holds are no data of the process.
        """
        _check_fit(process, network, data)
        if isinstance(network, ExactNetwork):
            network.check(process)
        self.process = process
        self.network = network
        self.data = data
        self.source: Source = source_of(data)

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return self.process.steps

    def reverse_kernel(self, x: Tensor, t: int | Tensor) -> StateDistribution:
        """Return p(x^t-1 | x^t = ``x``) for t = 1 … T, states ``[N, *shape]``.

        At t = 1 it is the edge kernel that appendix B fixes; a tensor of steps is to hold 2 … T alone.

        Raises:
            BadInputError: If ``x`` are no states of the data's shape, ``t`` no steps for them, or what the network
                answers no kernel of the process.
        """
        self._check_states(x, t)
        if isinstance(t, int) and t == 1:
            distribution: StateDistribution = self.process.final_kernel(x)
            return distribution
        self.process.check_step(t, first=2)
        found = self.network.reverse_kernel(x, t, self.process)
        if not isinstance(found, KERNEL_TYPES[self.process.kind]) or found.batch_shape + found.event_shape != x.shape:
            raise BadInputError(f"network: it answers states of shape {tuple(x.shape)} with {found!r}")
        return found

    def x0_estimate(self, x: Tensor, t: int) -> Tensor:
        """Return the model's guess E[x^0 | x^t = ``x``] for t = 1 … T; of bits, their probability to be 1."""
        return self.process.x0_estimate(self.reverse_kernel(x, t), x, t)

    def drift(self, x: Tensor, t: int) -> Tensor:
        """Return f_mu(x, t) - x for t = 1 … T, states ``[N, *shape]`` (figure 1)."""
        return self.reverse_kernel(x, t).mean - x

    def _check_states(self, x: Tensor, t: int | Tensor) -> None:
        check_floating(x=x)
        if x.shape[1:] != self.data.shape:
            raise BadInputError(f"x: shape {tuple(x.shape)} is not (N, {', '.join(map(str, self.data.shape))})")
        if isinstance(t, Tensor) and t.shape != x.shape[:1]:
            raise BadInputError(f"t: shape {tuple(t.shape)} is not that of one step for each of {len(x)} states")


def model_from(checkpoint: Checkpoint, path: object) -> DiffusionModel:
    """Build the model that ``checkpoint`` describes; ``path`` is named where it cannot be built.

    The network is laid out without memory first and compared with the weights that are there, so that a
    configuration cannot ask for more than the file holds.

    Raises:
        BadCheckpointError: If kinds, configuration and weights do not fit each other.
    """
    info = checkpoint.network
    try:
        process = process_of(checkpoint.kind, checkpoint.betas)
        with np.errstate(over="ignore"):
            examples = checkpoint.data.to_model(checkpoint.data.examples)
        process.check_states(examples, "/data/examples, in model units")
        with torch.device("meta"):
            layout = build_network(info.kind, info.config)
        _check_weights(layout, info)
        _check_fit(process, layout, checkpoint.data)
        network = build_network(info.kind, info.config)
        kinds = {name: value.dtype for name, value in network.state_dict().items()}
        weights = {name: torch.tensor(weight, dtype=kinds[name]) for name, weight in info.weights.items()}
        network.load_state_dict(weights, assign=True)  # without a second copy: an empirical network holds a data set
        network.eval().requires_grad_(False)
        return DiffusionModel(process, network, checkpoint.data)  # type: ignore[arg-type]
    except BadInputError as error:
        raise BadCheckpointError(path, str(error)) from error


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


def _check_fit(process: Process, network: ReverseNetwork | nn.Module, data: DataInfo) -> None:
    """Raise `BadInputError` where the network says of itself that it is made for something else."""
    kind = getattr(network, "process_kind", process.kind)
    if kind != process.kind:
        raise BadInputError(f"network: it reverses a {kind} process, and this one is {process.kind}")
    steps = getattr(network, "steps", process.steps)
    if steps != process.steps:
        raise BadInputError(f"network: it is made for {steps} steps, and the process has {process.steps}")
    channels = getattr(network, "channels", None)
    if channels is not None and not (data.is_image and channels_of(data.shape) == channels):
        kind = "grey" if channels == 1 else "RGB"
        raise BadInputError(f"network: it takes {kind} pictures, and the data have shape {data.shape}")
    shape = getattr(network, "shape", data.shape)
    if shape != data.shape:
        raise BadInputError(f"network: it takes states of shape {shape}, and the data have shape {data.shape}")


def step_divergence(model: DiffusionModel, x0: Tensor, t: int | Tensor, rng: torch.Generator) -> Tensor:
    """Return KL(q(x^t-1 | x^t, x^0) || p(x^t-1 | x^t)) at one draw of x^t for each of ``x0`` [N, *shape].

    Steps t = 2 … T; float64 ``[N]``, nats a sample.
    """
    return divergence_at(model, x0, draw(model.process.marginal(x0, t), rng), t)


def divergence_at(model: DiffusionModel, x0: Tensor, x: Tensor, t: int | Tensor) -> Tensor:
    """Return KL(q(x^t-1 | x^t, x^0) || p(x^t-1 | x^t)) at given states ``x`` = x^t, nats a sample, float64 ``[N]``."""
    process, distribution = model.process, model.reverse_kernel(x, t)
    if isinstance(distribution, MixedBernoulli) and isinstance(process, BinomialProcess):
        return process.divergence_of_x0_estimate(distribution.hidden_odds, x0, x, t)
    return divergence(process.posterior(x0, x, t), distribution)
