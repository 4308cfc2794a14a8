"""What an experiment is: data, process, network and training settings in one frozen value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.data.sources import Source
from core.networks.registry import TrainableNetwork
from core.processes.schedules import Schedule
from core.training.learned_schedule import FixedRates, LearnedRates, Rates
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
        learns_rates: Whether they are learned; no gradient reaches the rates of bits.
        network: Makes the untrained network for a number of steps T.
        steps: Gradient steps unless told otherwise.
        batch: Examples a gradient step.
        rate: Adam's learning rate at its peak.
        validation: Held-out examples behind the K of each report.
        taken_for: What a person's own data were taken for; empty for data that ship.
        licence: Of the checkpoint, weights and examples.
        memory, emphasis, threads: See `core.training.trainer.TrainingSpec`.
        half: Whether the weights are kept as float16, in half the room; K is measured with them as they are kept.
    """

    name: str
    title: str
    summary: str
    kind: str
    source: Source
    info: DataInfo
    betas: Schedule
    learns_rates: bool
    network: Callable[[int], TrainableNetwork]
    steps: int
    batch: int = 4096
    rate: float = 3e-3
    validation: int = 2048
    memory: float = 0.999
    emphasis: float = 0.0
    threads: int = 1
    half: bool = False
    taken_for: str = ""
    licence: str = "MIT"

    def rates(self) -> Rates:
        """Return the rates as training takes them."""
        return LearnedRates(self.betas) if self.learns_rates else FixedRates(self.betas)
