"""A diffusion model: the process q and the learned reverse kernels p(x^t-1 | x^t)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.distributions import Normal

from core.datasets import Source, source_of
from core.errors import BadCheckpointError, BadInputError
from core.networks import GaussianNetwork, build_network
from core.processes import GaussianProcess, normal
from core.values import Checkpoint, DataInfo, NetworkInfo


class DiffusionModel:
    """Process, network and data in one: all that a run needs to know.

    Attributes:
        process: The forward process q.
        network: f_mu and f_Sigma.
        data: What one example is, and the map to user's units.
        source: Where fresh data come from.
    """

    def __init__(self, process: GaussianProcess, network: GaussianNetwork, data: DataInfo) -> None:
        self.process = process
        self.network = network
        self.data = data
        self.source: Source = source_of(data)

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return self.process.steps

    def reverse_law(self, x: Tensor, t: int | Tensor) -> Normal:
        """Return p(x^t-1 | x^t = ``x``) for t = 1 … T, states ``[N, *shape]``.

        At t = 1 it is the edge kernel that appendix B fixes; a tensor of steps is to hold 2 … T alone.
        """
        if isinstance(t, int) and t == 1:
            return self.process.edge_law(x)
        self.process.check_step(t, first=2)
        mean, variance = self.network.moments(x, t, self.process)
        return normal(mean, variance.sqrt())

    def drift(self, x: Tensor, t: int) -> Tensor:
        """Return f_mu(x, t) - x for t = 1 … T, states ``[N, *shape]`` (figure 1)."""
        return self.reverse_law(x, t).mean - x


def model_from(checkpoint: Checkpoint, path: object) -> DiffusionModel:
    """Build the model that ``checkpoint`` describes; ``path`` is named where it cannot be built.

    The network is laid out without memory first and compared with the weights that are there, so that a
    configuration cannot ask for more than the file holds.

    Raises:
        BadCheckpointError: If kinds, configuration and weights do not fit each other.
    """
    if checkpoint.kind != GaussianProcess.kind:
        raise BadCheckpointError(path, f"process kind {checkpoint.kind!r} is not one this version can run")
    info = checkpoint.network
    try:
        with torch.device("meta"):
            _check_weights(build_network(info.kind, info.config), info)
        network = build_network(info.kind, info.config)
    except BadInputError as error:
        raise BadCheckpointError(path, str(error)) from error
    network.load_state_dict({name: torch.tensor(weight) for name, weight in info.weights.items()})
    network.eval().requires_grad_(False)
    model = DiffusionModel(GaussianProcess(checkpoint.betas), network, checkpoint.data)  # type: ignore[arg-type]
    _check_shapes(model, path)
    return model


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


def _check_shapes(model: DiffusionModel, path: object) -> None:
    probe = torch.zeros(1, *model.data.shape)
    try:
        with torch.inference_mode():
            mean, variance = model.network.moments(probe, model.steps, model.process)
    except RuntimeError as error:
        raise BadCheckpointError(path, f"the network does not take data of shape {model.data.shape}") from error
    if mean.shape != probe.shape or variance.shape != probe.shape:
        raise BadCheckpointError(
            path, f"the network answers data of shape {model.data.shape} with {tuple(mean.shape[1:])}"
        )
