"""Training by ascending K (section 2.4), as a generator of progress values."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from core.data.sources import Source
from core.errors import BadInputError, TrainingError
from core.model import DiffusionModel
from core.networks.base import Network
from core.processes.schedules import checked
from core.runtime.devices import numpy_generator, torch_generator, use_threads
from core.runtime.files import uninterrupted
from core.training.learned_schedule import ScheduleModule
from core.training.objective import minibatch_bounds
from core.training.state import BestWeights, flattened, packed, unpack
from core.values.checkpoints import DataInfo
from core.values.measurements import NATS_PER_BIT
from core.values.training import TrainingProgress

REPORT_EVERY = 100


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """How to train. Equal specs from equal starts give equal weights, bit for bit, on one machine.

    Attributes:
        steps: Gradient steps of the whole run; the learning rate falls to zero at its end.
        seed: Seed of data, steps t and noise.
        batch: Examples a gradient step.
        learning_rate: Adam's learning rate at its peak.
        schedule_learning_rate: Adam's learning rate for the logits of learned beta_t.
        schedule_update_every: Steps between updates of learned beta_t. Their gradient, which passes through the
            network's input, takes half as much work as that of a small network.
        beta2: Adam's decay of the mean square of the gradient. A smaller one than Adam's default reacts sooner to
            growing gradients, which allows a higher learning rate for a deep network.
        ema_decay: Decay of the exponential moving average of the weights; the averages go into the checkpoint.
        clip: Largest norm of the gradient.
        threads: Threads of the computation; rounding depends on them, so the default is 1.
        t_sampling_weight: Share of the steps t drawn near equal signal and noise; the others are drawn uniformly. 0
            ascends K itself; a higher share ascends a bound that weighs these steps more, at which images get their
            large shapes (compare the reweighted bound of Ho, Jain and Abbeel 2020). K is reported either way.
        validation: Draws of validation data for the K of the averaged weights, the same at every report.
    """

    steps: int
    seed: int = 0
    batch: int = 4096
    learning_rate: float = 3e-3
    schedule_learning_rate: float = 2e-2
    schedule_update_every: int = 4
    beta2: float = 0.999
    ema_decay: float = 0.999
    clip: float = 1.0
    threads: int = 1
    validation: int = 2048
    t_sampling_weight: float = 0.0


class Trainer:
    """A model in training: network, rates, optimiser and averaged weights.

    Every gradient step draws its data and noise from its own generators, seeded by the seed and the step's number, and
    is taken whole or not at all. A resumed training therefore continues exactly as if it had never stopped.

    Attributes:
        steps_done: Gradient steps taken.
        history: The gradient step, K and validation K of each report, bits a sample.
    """

    def __init__(
        self,
        network: Network,
        rates: ScheduleModule,
        source: Source,
        info: DataInfo,
        spec: TrainingSpec,
        validation: Source | None = None,
    ) -> None:
        """Set up a training.

        Args:
            network: The network to train, changed in place.
            rates: Its rates, likewise.
            source: The training data.
            info: Their units.
            spec: How to train.
            validation: Data on which the best averaged weights are chosen, one set a report. None for the last weights;
                the validation K is then that of the source's held-out data, and nothing is chosen by it.

        Raises:
            BadInputError: If the numbers in ``spec`` make no training.
        """
        if spec.steps < 1 or spec.batch < 1:
            raise BadInputError(f"steps: {spec.steps} steps of {spec.batch} examples are no training")
        if not 0.0 <= spec.t_sampling_weight < 1.0:
            raise BadInputError(f"t_sampling_weight: {spec.t_sampling_weight} is no share from 0 to below 1")
        self.spec = spec
        self.steps_done = 0
        self.history: list[tuple[float, float, float]] = []
        self._recent: list[float] = []
        self._source = source
        self._info = info
        self._live = (network, rates)
        self._averaged = copy.deepcopy(self._live)
        for module in self._averaged:
            module.requires_grad_(False)
        self._cached_model: DiffusionModel | None = None
        self._validation = source.held_out if validation is None else validation
        self._best_modules = copy.deepcopy(self._averaged)
        self._best = None if validation is None else BestWeights(nn.ModuleList(self._best_modules))
        # One long vector each: many small tensors would take the optimiser longer than a small network's gradient.
        self._vectors = [flattened(module) for module in self._live if list(module.parameters())]
        self._averaged_vectors = [flattened(module) for module in self._averaged if list(module.parameters())]
        peaks = (spec.learning_rate, spec.schedule_learning_rate)
        groups = [{"params": [vector], "peak": peak} for vector, peak in zip(self._vectors, peaks, strict=False)]
        self._optimizer = torch.optim.Adam(groups, lr=spec.learning_rate, betas=(0.9, spec.beta2), fused=True)

    def run(self) -> Iterator[TrainingProgress]:
        """Ascend K until ``spec.steps`` steps are done, one report every hundred steps and one at the end.

        Raises:
            TrainingError: If K or its gradient is not finite; weights and state are those of the last good step.
        """
        use_threads(self.spec.threads)
        if self._best is not None and self._best.k is None and math.isfinite(k := self._validation_bound()):
            self._best.offer(nn.ModuleList(self._averaged), k, self.steps_done)
        while True:
            at_mark = self.steps_done % REPORT_EVERY == 0 or self.steps_done == self.spec.steps
            if self._recent and at_mark:
                yield self._report()
            if self.steps_done >= self.spec.steps:
                return
            self._gradient_step(self.steps_done)

    @property
    def best_step(self) -> int | None:
        """The gradient steps that led to the best weights; None if the last weights are taken."""
        return None if self._best is None or self._best.k is None else self._best.step

    def averaged(self) -> tuple[Mapping[str, NDArray[np.generic]], NDArray[np.float64]]:
        """Return the averaged weights, named as in the state dict, and their rates beta ``[T]``.

        They are the best ones if these are chosen, from the untrained network on, else the last ones.
        """
        network, rates = self._averaged
        if self._best is not None and self._best.k is not None:
            network, rates = self._best_modules
        betas: NDArray[np.float64] = rates().numpy().copy()
        return {name: value.numpy().copy() for name, value in network.state_dict().items()}, betas

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return the state that `resume` needs, by name."""
        return packed(*self._modules(), self._optimizer, self._recent, self._best)

    def resume(self, steps_done: int, state: Mapping[str, NDArray[np.generic]], history: NDArray[np.float64]) -> None:
        """Continue from the ``state`` and the ``history`` [R, 3] of a run that stopped after ``steps_done`` steps.

        Raises:
            BadInputError: If the state does not fit the network, the rates and the optimiser.
        """
        if history.ndim != 2 or history.shape[1] != 3:
            raise BadInputError(f"/training/history has shape {history.shape}; resuming needs three columns")
        recent = unpack(state, *self._modules(), self._optimizer, self._best, begun=steps_done > 0)
        for rates in (self._live[1], self._averaged[1]):
            checked(rates().detach().numpy())
        if len(recent) > min(steps_done, REPORT_EVERY):
            raise BadInputError(f"/training/state/recent.k holds {len(recent)} steps of {steps_done}")
        self.steps_done = steps_done
        self._recent = recent
        self._cached_model = None
        self.history = [(float(step), float(k), float(held_out)) for step, k, held_out in history]

    def _gradient_step(self, step: int) -> None:
        """Take gradient step number ``step`` (from 0)."""
        learns = len(self._vectors) > 1 and step % self.spec.schedule_update_every == 0
        model = self._model(self._live) if learns else self._model_of_fixed_schedule()
        spec, rng = self.spec, torch_generator(self.spec.seed, "training noise", step)
        data = self._source.sample(spec.batch, numpy_generator(spec.seed, "training data", step))
        x0 = torch.from_numpy(self._info.to_model(data))
        k, objective = minibatch_bounds(model, x0, rng, spec.t_sampling_weight)
        bits = float(k.detach()) / NATS_PER_BIT
        network, *rates = self._vectors
        if network.grad is not None:
            network.grad.zero_()  # not None, since the weights' gradients are views of it
        for vector in rates:
            vector.grad = None  # Adam skips vectors without a gradient
        torch.autograd.backward(-objective)
        norm = self._clip()
        self._check_finite(bits + norm, step)
        for group in self._optimizer.param_groups:
            group["lr"] = group["peak"] * _learning_rate_envelope(step, spec.steps)
        with uninterrupted():
            self._optimizer.step()
            if learns:
                self._cached_model = None
            self._average(step)
            self._recent.append(bits)
            self.steps_done += 1

    def _clip(self) -> float:
        """Shorten the gradient to the norm ``spec.clip`` and return the norm it had."""
        gradients = [vector.grad for vector in self._vectors if vector.grad is not None]
        norm = math.hypot(*(float(torch.linalg.vector_norm(gradient)) for gradient in gradients))
        if norm > self.spec.clip:
            for gradient in gradients:
                gradient.mul_(self.spec.clip / norm)
        return norm

    def _average(self, step: int) -> None:
        ema_decay = min(self.spec.ema_decay, (1 + step) / (10 + step))
        with torch.no_grad():
            for average, current in zip(self._averaged_vectors, self._vectors, strict=True):
                average.lerp_(current, 1.0 - ema_decay)

    def _report(self) -> TrainingProgress:
        validation_k = self._validation_bound()
        self._check_finite(validation_k, self.steps_done - 1)
        progress = TrainingProgress(self.steps_done, self.spec.steps, float(np.mean(self._recent)), validation_k)
        with uninterrupted():
            if self._best is not None:
                self._best.offer(nn.ModuleList(self._averaged), validation_k, self.steps_done)
            self.history.append((progress.step, progress.k, progress.validation_k))
            self._recent.clear()
        return progress

    def _validation_bound(self) -> float:
        """Return K of the averaged weights on examples and noise that are the same at every report; bits a sample."""
        seed = self.spec.seed
        data = self._validation.sample(self.spec.validation, numpy_generator(seed, "validation data"))
        x0 = torch.from_numpy(self._info.to_model(data))
        rng = torch_generator(seed, "validation noise")
        with torch.no_grad():
            k, _ = minibatch_bounds(self._model(self._averaged), x0, rng)
        return float(k) / NATS_PER_BIT

    def _modules(self) -> tuple[nn.ModuleList, nn.ModuleList]:
        """Return the live and the averaged modules under their names in a training's state."""
        return nn.ModuleList(self._live), nn.ModuleList(self._averaged)

    def _model(self, modules: tuple[Network, ScheduleModule]) -> DiffusionModel:
        network, rates = modules
        return DiffusionModel(network.reverses(rates()), network, self._info)

    def _model_of_fixed_schedule(self) -> DiffusionModel:
        """Return the model with the present rates; its tables are cached until they change."""
        if self._cached_model is None:
            with torch.no_grad():
                self._cached_model = self._model(self._live)
        return self._cached_model

    def _check_finite(self, value: float, step: int) -> None:
        if not math.isfinite(value):
            raise TrainingError(
                f"K or its gradient was no longer finite at step {step + 1}; "
                f"the model of step {self.steps_done} is kept; another --seed may do better"
            )


def _learning_rate_envelope(step: int, steps: int) -> float:
    """Return the share of the peak learning rate: a short rise, then half a cosine down to zero."""
    return min(1.0, (step + 1) / 200) * 0.5 * (1.0 + math.cos(math.pi * step / steps))
