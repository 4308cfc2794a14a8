"""The state that resumes a training, to and from named arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.errors import BadInputError

PARTS = ("live", "averaged", "adam", "recent", "best")
MOMENTS = ("exp_avg", "exp_avg_sq")


class BestWeights:
    """The averaged weights of the report with the highest validation K.

    Attributes:
        module: A module like the averaged one, which holds them.
        k: Their validation K, bits a sample; None before any were offered.
        step: The gradient steps that led to them.
    """

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self.k: float | None = None
        self.step = 0

    def offer(self, averaged: nn.Module, k: float, step: int) -> None:
        """Take over the weights ``averaged`` of ``step`` if their validation K is the highest so far."""
        if self.k is None or k > self.k:
            self.module.load_state_dict(averaged.state_dict())
            self.k, self.step = k, step


def packed(
    live: nn.Module,
    averaged: nn.Module,
    optimizer: torch.optim.Adam,
    recent: Sequence[float],
    best: BestWeights | None = None,
) -> dict[str, NDArray[np.generic]]:
    """Return copies of all weights and moments by name, and the K of steps that are not reported yet."""
    tensors: dict[str, Tensor] = {f"live.{name}": value for name, value in live.state_dict().items()}
    tensors |= {f"averaged.{name}": value for name, value in averaged.state_dict().items()}
    for index, moments in optimizer.state_dict()["state"].items():
        tensors |= {f"adam.{index}.{name}": value for name, value in moments.items()}
    arrays: dict[str, NDArray[np.generic]] = {name: value.numpy(force=True).copy() for name, value in tensors.items()}
    if recent:
        arrays["recent.k"] = np.array(recent, dtype=np.float64)
    if best is not None and best.k is not None:
        arrays["best.k"] = np.array(best.k, dtype=np.float64)
        arrays["best.step"] = np.array(best.step, dtype=np.int64)
        for name, value in best.module.state_dict().items():
            arrays[f"best.{name}"] = value.numpy(force=True).copy()
    return arrays


def unpack(
    state: Mapping[str, NDArray[np.generic]],
    live: nn.Module,
    averaged: nn.Module,
    optimizer: torch.optim.Adam,
    best: BestWeights | None = None,
    *,
    begun: bool,
) -> list[float]:
    """Load ``state`` into the modules and the optimiser, which has moments once training has ``begun``.

    Without best weights in the state, ``best`` stays as it is.

    Returns:
        K of the steps that were not reported yet.

    Raises:
        BadInputError: If the state does not fit them.
    """
    parts: dict[str, dict[str, Tensor]] = {part: {} for part in PARTS}
    for name, value in state.items():
        part, _, rest = name.partition(".")
        if part not in parts:
            raise BadInputError(f"/training/state/{name} is no part of a training state")
        parts[part][rest] = torch.tensor(value)
    moments: dict[int, dict[str, Tensor]] = {}
    for name, tensor in parts["adam"].items():
        index, _, moment = name.partition(".")
        moments.setdefault(int(index) if index.isdecimal() else -1, {})[moment] = tensor
    shapes = {name: tuple(tensor.shape) for name, tensor in parts["adam"].items()}
    recent = parts["recent"].pop("k", torch.zeros(0))
    try:
        if shapes != (_moment_shapes(optimizer) if begun else {}):
            raise ValueError("moments of other parameters")  # torch does not check this
        if parts["recent"] or recent.dim() != 1:
            raise ValueError("unexpected entries for the steps not reported yet")
        if parts["best"]:
            _load_best(parts["best"], best)
        live.load_state_dict(parts["live"])
        averaged.load_state_dict(parts["averaged"])
        optimizer.load_state_dict({"state": moments, "param_groups": optimizer.state_dict()["param_groups"]})
    except (RuntimeError, ValueError, KeyError) as error:
        raise BadInputError("/training/state does not fit the recipe's network; start anew") from error
    return [float(k) for k in recent]


def flattened(module: nn.Module) -> nn.Parameter:
    """Return one vector with all weights of ``module``; its weights and gradients become views of the vector."""
    parameters = list(module.parameters())
    if len(parameters) == 1 and parameters[0].dim() == 1:
        return parameters[0]
    vector = nn.Parameter(torch.cat([parameter.detach().reshape(-1) for parameter in parameters]))
    vector.grad = torch.zeros_like(vector)
    sizes = [parameter.numel() for parameter in parameters]
    windows = zip(torch.split(vector.detach(), sizes), torch.split(vector.grad, sizes), strict=True)
    for parameter, (values, gradient) in zip(parameters, windows, strict=True):
        parameter.data, parameter.grad = values.view_as(parameter), gradient.view_as(parameter)
    return vector


def _load_best(state: dict[str, Tensor], best: BestWeights | None) -> None:
    if best is None:
        raise ValueError("best weights of a training that chooses none")
    k, step = state.pop("k"), state.pop("step")
    if k.dim() or step.dim() or not bool(torch.isfinite(k)) or int(step) < 0:
        raise ValueError("no validation K of a step")
    best.module.load_state_dict(state)
    best.k, best.step = float(k), int(step)


def _moment_shapes(optimizer: torch.optim.Adam) -> dict[str, tuple[int, ...]]:
    """Return the shapes of Adam's moments once it has taken a step, named as in `packed`."""
    vectors = [vector for group in optimizer.param_groups for vector in group["params"]]
    shapes = {f"{n}.{moment}": tuple(vector.shape) for n, vector in enumerate(vectors) for moment in MOMENTS}
    return shapes | {f"{n}.step": () for n in range(len(vectors))}
