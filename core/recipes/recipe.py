"""A recipe: the data, process, network and training settings of one experiment in one frozen value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.data.sources import Source
from core.networks.base import Network
from core.processes.schedules import Schedule
from core.training.learned_schedule import FixedSchedule, LearnedSchedule, ScheduleModule
from core.values.checkpoints import DataInfo


@dataclass(frozen=True, slots=True)
class Recipe:
    """One experiment.

    Attributes:
        name: Name for `dpm train`.
        title: Name shown to the user.
        summary: One line for `dpm recipes`.
        kind: The process, "gaussian" or "binomial".
        source: The source of the data.
        info: Units and examples, drawn with a fixed seed.
        betas: The rates; if they are learned, the initial ones, whose beta_1 and alpha_bar_T stay fixed.
        network: Makes the untrained network for a number of steps T.
        learns_schedule: Whether the rates are learned; impossible for bits, whose rates have no gradient.
        steps: Default number of gradient steps.
        batch: Examples per gradient step.
        learning_rate: Adam's learning rate at its peak.
        validation: Draws of validation data behind the K of each report.
        validation_source: The data on which the best weights are chosen, see `core.training.trainer.Trainer`; None for
            the last weights, with K of held-out data at each report.
        interpreted_as: How user data were interpreted; empty for shipped data.
        licence: Licence of the checkpoint: its weights and examples.
        beta2, t_sampling_weight, threads: See `core.training.trainer.TrainingSpec`.
        float16: Whether the weights are saved as float16, in half the space; K is measured with the saved weights.
    """

    name: str
    title: str
    summary: str
    kind: str
    source: Source
    info: DataInfo
    betas: Schedule
    network: Callable[[int], Network]
    learns_schedule: bool = False
    steps: int = 5000
    batch: int = 4096
    learning_rate: float = 3e-3
    validation: int = 2048
    validation_source: Source | None = None
    beta2: float = 0.999
    t_sampling_weight: float = 0.0
    threads: int = 1
    float16: bool = False
    interpreted_as: str = ""
    licence: str = "MIT"

    def rates(self) -> ScheduleModule:
        """Return the rates as a module for training."""
        return LearnedSchedule(self.betas) if self.learns_schedule else FixedSchedule(self.betas)
