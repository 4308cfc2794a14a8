"""What an experiment is: data, process, network and training settings in one frozen value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.data.sources import Source
from core.networks.registry import TrainableNetwork
from core.processes.schedules import Schedule
from core.training.learned_schedule import FixedSchedule, LearnedSchedule, ScheduleModule
from core.values.checkpoints import DataInfo


@dataclass(frozen=True, slots=True)
class Recipe:
    """One experiment.

    Attributes:
        name: What `dpm train` calls it.
        title: What a person calls it.
        summary: One line for `dpm recipes`.
        kind: The process, "gaussian" or "binomial".
        source: Where data come from.
        info: Units and examples, made with the recipe's own seed.
        betas: The rates; where they are learned those to begin with, whose beta_1 and end stay as they are.
        learns_schedule: Whether they are learned; no gradient reaches the rates of bits.
        network: Makes the untrained network for a number of steps T.
        steps: Gradient steps unless told otherwise.
        batch: Examples a gradient step.
        learning_rate: Adam's learning rate at its peak.
        validation: Held-out examples behind the K of each report.
        interpreted_as: What a person's own data were taken for; empty for data that ship.
        licence: Of the checkpoint, weights and examples.
        beta2, t_sampling_weight, threads: See `core.training.trainer.TrainingSpec`.
        float16: Whether the weights are kept as float16, in half the room; K is measured with them as they are kept.
    """

    name: str
    title: str
    summary: str
    kind: str
    source: Source
    info: DataInfo
    betas: Schedule
    learns_schedule: bool
    network: Callable[[int], TrainableNetwork]
    steps: int
    batch: int = 4096
    learning_rate: float = 3e-3
    validation: int = 2048
    beta2: float = 0.999
    t_sampling_weight: float = 0.0
    threads: int = 1
    float16: bool = False
    interpreted_as: str = ""
    licence: str = "MIT"

    def rates(self) -> ScheduleModule:
        """Return the rates as training takes them."""
        return LearnedSchedule(self.betas) if self.learns_schedule else FixedSchedule(self.betas)
