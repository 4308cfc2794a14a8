"""Training by ascending K (section 2.4), as a generator of progress values."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.bounds import divergence_at
from core.datasets import Source
from core.errors import BadInputError, TrainingError
from core.model import DiffusionModel
from core.processes import NATS_PER_BIT, GaussianProcess
from core.randomness import numpy_generator, torch_generator
from core.schedules import LearnedRates
from core.values import DataInfo, TrainingProgress

REPORT_EVERY = 100


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """How to train. Equal specs from equal starts give equal weights, bit for bit, on one machine.

    Attributes:
        steps: Gradient steps of the whole run; the learning rate falls to nothing at its end.
        seed: Seed of data, steps t and noise.
        batch: Examples a gradient step.
        rate: Adam's learning rate at its peak.
        rates_rate: Adam's learning rate for the logits of learned beta_t.
        decay: Decay of the exponential moving average of the weights, which is what is kept.
        clip: Largest norm of the gradient.
        threads: Threads of the computation.
    """

    steps: int
    seed: int = 0
    batch: int = 2048
    rate: float = 2e-3
    rates_rate: float = 5e-3
    decay: float = 0.999
    clip: float = 1.0
    threads: int = 2


class Trainer:
    """A model in the making: network, learned rates, optimiser and averaged weights.

    Every gradient step draws its data and noise from generators of its own, made from the seed and the step's
    number. What is resumed therefore goes on exactly as if it had never stopped.
    """

    def __init__(
        self, network: nn.Module, rates: LearnedRates, source: Source, info: DataInfo, spec: TrainingSpec
    ) -> None:
        if spec.steps < 1 or spec.batch < 1:
            raise BadInputError(f"steps: {spec.steps} steps of {spec.batch} examples are no training")
        self.spec = spec
        self.steps_done = 0
        self._network = network
        self._rates = rates
        self._source = source
        self._info = info
        self._averaged = copy.deepcopy(nn.ModuleList([network, rates])).requires_grad_(False)
        self._optimizer = torch.optim.Adam(
            [
                {"params": list(network.parameters()), "peak": spec.rate},
                {"params": list(rates.parameters()), "peak": spec.rates_rate},
            ],
            lr=spec.rate,
        )

    def run(self) -> Iterator[TrainingProgress]:
        """Ascend K until ``spec.steps`` steps are done, one report every hundred steps and one at the end.

        Raises:
            TrainingError: If K is no longer finite; the averaged weights are those of the last good step.
        """
        torch.set_num_threads(self.spec.threads)
        recent: list[float] = []
        while self.steps_done < self.spec.steps:
            recent.append(self._ascend(self.steps_done))
            self.steps_done += 1
            if self.steps_done % REPORT_EVERY == 0 or self.steps_done == self.spec.steps:
                yield TrainingProgress(self.steps_done, self.spec.steps, float(np.mean(recent)))
                recent.clear()

    def averaged(self) -> tuple[Mapping[str, NDArray[np.generic]], NDArray[np.float64]]:
        """Return the averaged weights, named as in the state dict, and the rates beta ``[T]`` that go with them."""
        network, rates = self._averaged
        betas: NDArray[np.float64] = rates().detach().numpy()
        return {name: value.numpy().copy() for name, value in network.state_dict().items()}, betas

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return everything that resuming needs, by name."""
        moments = {
            f"adam.{index}.{name}": value
            for index, entry in self._optimizer.state_dict()["state"].items()
            for name, value in entry.items()
        }
        modules = {f"live.{name}": value for name, value in self._live().state_dict().items()}
        averaged = {f"averaged.{name}": value for name, value in self._averaged.state_dict().items()}
        tensors: dict[str, Tensor] = moments | modules | averaged
        return {name: value.detach().numpy().copy() for name, value in tensors.items()}

    def resume(self, steps_done: int, state: Mapping[str, NDArray[np.generic]]) -> None:
        """Take up where a run stopped after ``steps_done`` steps and left ``state`` behind.

        Raises:
            BadInputError: If the state is not one of this network under this optimiser.
        """
        parts: dict[str, dict[str, Tensor]] = {"live": {}, "averaged": {}, "adam": {}}
        for name, value in state.items():
            part, _, rest = name.partition(".")
            if part not in parts:
                raise BadInputError(f"/training/state/{name} is no part of a training state")
            parts[part][rest] = torch.tensor(value)
        moments: dict[int, dict[str, Tensor]] = {}
        for name, tensor in parts["adam"].items():
            index, _, moment = name.partition(".")
            moments.setdefault(int(index) if index.isdecimal() else -1, {})[moment] = tensor
        groups = self._optimizer.state_dict()["param_groups"]
        shapes = {name: tuple(tensor.shape) for name, tensor in parts["adam"].items()}
        try:
            if shapes != (self._moment_shapes() if steps_done else {}):
                raise ValueError("moments of other parameters")  # which torch itself does not look at
            self._live().load_state_dict(parts["live"])
            self._averaged.load_state_dict(parts["averaged"])
            self._optimizer.load_state_dict({"state": moments, "param_groups": groups})
        except (RuntimeError, ValueError, KeyError) as error:
            raise BadInputError("/training/state does not fit the recipe's network; start anew") from error
        self.steps_done = steps_done

    def _ascend(self, step: int) -> float:
        """Take gradient step number ``step`` (from 0) and return the minibatch's estimate of K, bits a sample."""
        spec, rng = self.spec, torch_generator(self.spec.seed, "training noise", step)
        data = self._source.sample(spec.batch, numpy_generator(spec.seed, "training data", step))
        x0 = torch.from_numpy(self._info.to_model(data))
        model = DiffusionModel(GaussianProcess(self._rates()), self._network, self._info)  # type: ignore[arg-type]
        k = minibatch_bound(model, x0, rng)
        self._check_finite(k, step)
        for group in self._optimizer.param_groups:
            group["lr"] = group["peak"] * _envelope(step, spec.steps)
        self._optimizer.zero_grad()
        torch.autograd.backward(-k)
        parameters = [parameter for group in self._optimizer.param_groups for parameter in group["params"]]
        self._check_finite(nn.utils.clip_grad_norm_(parameters, spec.clip), step)
        self._optimizer.step()
        self._average(step)
        return float(k.detach()) / NATS_PER_BIT

    def _average(self, step: int) -> None:
        decay = min(self.spec.decay, (1 + step) / (10 + step))
        with torch.no_grad():
            for kept, now in zip(self._averaged.parameters(), self._live().parameters(), strict=True):
                kept.lerp_(now.to(kept.dtype), 1.0 - decay)

    def _moment_shapes(self) -> dict[str, tuple[int, ...]]:
        """Return the shapes of Adam's moments once it has taken a step, named as in `state`."""
        parameters = [parameter for group in self._optimizer.param_groups for parameter in group["params"]]
        moments = ("exp_avg", "exp_avg_sq")
        shapes = {f"{n}.{moment}": tuple(p.shape) for n, p in enumerate(parameters) for moment in moments}
        return shapes | {f"{n}.step": () for n in range(len(parameters))}

    def _live(self) -> nn.ModuleList:
        return nn.ModuleList([self._network, self._rates])

    def _check_finite(self, value: Tensor, step: int) -> None:
        if not torch.isfinite(value):
            raise TrainingError(f"step {step + 1}: K is no longer finite; lower the learning rate and resume")


def minibatch_bound(model: DiffusionModel, x0: Tensor, rng: torch.Generator) -> Tensor:
    """Return an unbiased estimate of K from one t and one x^t for each of ``x0`` [N, *shape], nats a sample.

    The steps t are spread evenly over 2 … T with a common random start, which lowers the variance. The noise is frozen:
    x^t is a function of the rates (section 2.4.1), so that the gradient reaches them.
    """
    process = model.process
    places = (torch.arange(len(x0)) + torch.rand((), generator=rng)) / len(x0)
    t = 2 + (places * (process.steps - 1)).long().clamp_max(process.steps - 2)
    law = process.jump_law(x0, t)
    x = law.mean + law.stddev * torch.randn(x0.shape, generator=rng)
    divergence = (process.steps - 1) * divergence_at(model, x0, x, t).mean()
    ends = process.jump_entropies()[[-1, 0]] * x0[0].numel()
    return ends[0] - ends[1] - process.prior_cross_entropy(x0).mean() - divergence


def _envelope(step: int, steps: int) -> float:
    """Return the share of the peak learning rate: a short rise, then half a cosine down to nothing."""
    return min(1.0, (step + 1) / 200) * 0.5 * (1.0 + math.cos(math.pi * step / steps))
