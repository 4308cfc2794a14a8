"""The paper's experiments by name: data, process, network and how to train it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.datasets import Source, SwissRoll
from core.errors import BadCheckpointError, BadInputError
from core.networks import MultilayerPerceptron
from core.randomness import numpy_generator
from core.schedules import LearnedRates, log_linear
from core.training import Trainer, TrainingSpec
from core.values import MAX_SEED, Checkpoint, DataInfo, NetworkInfo, TrainingProgress, TrainingState

EXAMPLES = 512


@dataclass(frozen=True, slots=True)
class Recipe:
    """One experiment.

    Attributes:
        name: What `dpm train` calls it.
        title: What a person calls it.
        summary: One line for `dpm recipes`.
        source: Where data come from.
        info: Units and examples, made with the recipe's own seed.
        betas: The rates to begin with; they are learned, beta_1 and the end held fixed.
        network: Makes the untrained network.
        steps: Gradient steps unless told otherwise.
        batch: Examples a gradient step.
    """

    name: str
    title: str
    summary: str
    source: Source
    info: DataInfo
    betas: NDArray[np.float64]
    network: Callable[[], MultilayerPerceptron]
    steps: int
    batch: int


def swiss_roll() -> Recipe:
    """The first experiment of the paper (section 3.1.1), with an MLP in the place of radial basis functions."""
    source = SwissRoll()
    shift, scale = source.standardisation()
    examples = source.sample(EXAMPLES, numpy_generator(0, "examples"))
    reach = 4.5 * math.pi
    return Recipe(
        name="swiss_roll",
        title="Swiss roll",
        summary="two columns of a swiss roll, Gaussian, T = 40, MLP, learned rates; about four minutes",
        source=source,
        info=DataInfo(source.name, source.shape, (-reach, reach), shift, scale, examples),
        betas=log_linear(40, first=1e-3, alpha_bar_end=1e-3),
        network=lambda: MultilayerPerceptron(2, width=128, layers=3, detail=4),
        steps=8000,
        batch=2048,
    )


RECIPES: Mapping[str, Callable[[], Recipe]] = {"swiss_roll": swiss_roll}


def recipe_named(name: str) -> Recipe:
    """Return the recipe called ``name``.

    Raises:
        BadInputError: If there is none; the message names those there are.
    """
    if name not in RECIPES:
        raise BadInputError(f"there is no recipe {name!r}; there are: {', '.join(RECIPES)}")
    return RECIPES[name]()


class RecipeRun:
    """The training of one recipe, new or resumed, and the checkpoint it comes to."""

    def __init__(self, recipe: Recipe, steps: int | None = None, seed: int = 0) -> None:
        """Set up ``recipe`` for ``steps`` gradient steps (the recipe's own number if None).

        Raises:
            BadInputError: If steps or seed are out of range.
        """
        if not 0 <= seed <= MAX_SEED:
            raise BadInputError(f"seed: {seed} is not between 0 and {MAX_SEED}")
        self.recipe = recipe
        self._history: list[tuple[float, float]] = []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._network = recipe.network()
        spec = TrainingSpec(recipe.steps if steps is None else steps, seed=seed, batch=recipe.batch)
        rates = LearnedRates(recipe.betas)
        self._trainer = Trainer(self._network, rates, recipe.source, recipe.info, spec)

    @classmethod
    def resumed(cls, checkpoint: Checkpoint, path: object) -> RecipeRun:
        """Take up the training that ``checkpoint``, read from ``path``, was saved in the middle of.

        Raises:
            BadCheckpointError: If nothing is left to be resumed, or what is there does not fit its recipe.
        """
        training = checkpoint.training
        if training is None or not training.state:
            raise BadCheckpointError(path, "it holds no state of an optimiser, so there is nothing to resume")
        try:
            run = cls(recipe_named(training.recipe), training.steps_total, training.seed)
            run._trainer.resume(training.steps_done, training.state)
        except BadInputError as error:
            raise BadCheckpointError(path, str(error)) from error
        run._history = [(float(step), float(k)) for step, k in training.history]
        return run

    @property
    def steps_done(self) -> int:
        """Gradient steps done so far."""
        return self._trainer.steps_done

    @property
    def steps_total(self) -> int:
        """Gradient steps of the whole run."""
        return self._trainer.spec.steps

    def train(self) -> Iterator[TrainingProgress]:
        """Train to the end, and report on the way (see `core.training.Trainer.run`)."""
        for progress in self._trainer.run():
            self._history.append((progress.step, progress.k))
            yield progress

    def checkpoint(self) -> Checkpoint:
        """Return what has been learned so far; the optimiser's state goes with it while the run is unfinished."""
        weights, betas = self._trainer.averaged()
        unfinished = self.steps_done < self.steps_total
        training = TrainingState(
            recipe=self.recipe.name,
            seed=self._trainer.spec.seed,
            steps_done=self.steps_done,
            steps_total=self.steps_total,
            history=np.array(self._history, dtype=np.float64).reshape(-1, 2),
            state=self._trainer.state() if unfinished else {},
        )
        return Checkpoint(
            title=self.recipe.title,
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            licence="MIT",
            kind="gaussian",
            betas=betas,
            network=NetworkInfo(self._network.kind, self._network.config, weights),
            data=self.recipe.info,
            training=training,
        )
