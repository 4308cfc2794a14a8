"""The paper's experiments by name: data, process, rates, network and how to train it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch

from core.datasets import Heartbeat, SwissRoll
from core.errors import BadCheckpointError, BadInputError
from core.networks import BitPerceptron, MultilayerPerceptron
from core.picture_recipes import brick, colour_patches, dead_leaves, dead_leaves_paper, digits, gravel
from core.radial_basis import RadialBasisNetwork
from core.randomness import numpy_generator
from core.recipe import Recipe
from core.schedules import constant_erasure, log_linear, warped_erasure
from core.training import Trainer, TrainingSpec
from core.training_values import TrainingProgress, TrainingState
from core.values import MAX_SEED, Checkpoint, DataInfo, NetworkInfo

EXAMPLES = 512


def swiss_roll() -> Recipe:
    """The first experiment of the paper (section 3.1.1), with an MLP in the place of radial basis functions."""
    source = SwissRoll()
    return Recipe(
        name="swiss_roll",
        title="Swiss roll",
        summary="two columns of a swiss roll, Gaussian, T = 40, MLP, learned rates; about two minutes",
        kind="gaussian",
        source=source,
        info=_rolled(source),
        betas=log_linear(40, first=1e-3, alpha_bar_end=1e-3),
        learns_rates=True,
        network=lambda _: MultilayerPerceptron(2, width=128, layers=3, detail=4),
        steps=5000,
    )


def swiss_roll_rbf() -> Recipe:
    """The first experiment of the paper with its own network, 16 radial basis functions (appendix D.1.1)."""
    return replace(
        swiss_roll(),
        name="swiss_roll_rbf",
        title="Swiss roll, radial basis functions",
        summary="the same with the paper's own network, 16 radial basis functions; about three minutes",
        network=lambda steps: RadialBasisNetwork(2, steps, units=16),
        rate=0.1,  # each step's own read-out hears of a fortieth of the batch
    )


def heartbeat() -> Recipe:
    """The second experiment of the paper (section 3.1.2): sequences of bits, erased by a constant share a step.

    But for the first step: with the paper's rate there, 1/T, the edge kernel spoils one sequence in a hundred, however
    well the rest is reversed.
    """
    source = Heartbeat()
    examples = source.sample(EXAMPLES, numpy_generator(0, "examples"))
    return Recipe(
        name="heartbeat",
        title="Heartbeat",
        summary="20 bits with a one every fifth place, binomial, T = 2000, MLP, a small beta_1; about three minutes",
        kind="binomial",
        source=source,
        info=DataInfo(source.name, source.shape, (0.0, 1.0), np.zeros(source.shape), np.ones(source.shape), examples),
        betas=constant_erasure(2000, first=2e-5),
        learns_rates=False,
        network=lambda _: BitPerceptron(20, width=128, layers=3),
        steps=5000,
    )


def heartbeat_fast() -> Recipe:
    """The heartbeat in a tenth of the paper's steps and nearer to the truth, with optimised rates.

    They are those that `dpm rates heartbeat --steps 200` finds, rounded: the search's family in closed form.
    """
    return replace(
        heartbeat(),
        name="heartbeat_fast",
        title="Heartbeat in 200 steps",
        summary="the same with T = 200 and optimised rates, and yet nearer to the truth; about two minutes",
        betas=warped_erasure(200, first=1e-6, early=0.5, late=0.5),
    )


RECIPES: dict[str, Callable[[], Recipe]] = {
    "swiss_roll": swiss_roll,
    "swiss_roll_rbf": swiss_roll_rbf,
    "heartbeat": heartbeat,
    "heartbeat_fast": heartbeat_fast,
    "digits": digits,
    "dead_leaves": dead_leaves,
    "dead_leaves_paper": dead_leaves_paper,
    "gravel": gravel,
    "brick": brick,
    "colour_patches": colour_patches,
}


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
            BadInputError: If steps or seed are out of range, or the recipe's rates cannot be learned.
        """
        if not 0 <= seed <= MAX_SEED:
            raise BadInputError(f"seed: {seed} is not between 0 and {MAX_SEED}")
        self.recipe = recipe
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._network = recipe.network(len(recipe.betas))
        total = recipe.steps if steps is None else steps
        spec = TrainingSpec(
            total,
            seed=seed,
            batch=recipe.batch,
            rate=recipe.rate,
            validation=recipe.validation,
            memory=recipe.memory,
            emphasis=recipe.emphasis,
            threads=recipe.threads,
        )
        self._trainer = Trainer(self._network, recipe.rates(), recipe.source, recipe.info, spec)

    @classmethod
    def resumed(cls, checkpoint: Checkpoint, path: object, recipe: Recipe | None = None) -> RecipeRun:
        """Take up the training that ``checkpoint``, read from ``path``, was saved in the middle of.

        Args:
            checkpoint: What was saved.
            path: Where, for messages.
            recipe: Its recipe, if that is none of those with a name.

        Raises:
            BadCheckpointError: If nothing is left to be resumed, or what is there does not fit its recipe.
        """
        training = checkpoint.training
        if training is None or not training.state:
            raise BadCheckpointError(path, "it holds no state of an optimiser, so there is nothing to resume")
        try:
            # The file's own number of steps and kind of rates; their exact values come with the state.
            recipe = replace(recipe or recipe_named(training.recipe), betas=checkpoint.betas)
            run = cls(recipe, training.steps_total, training.seed)
            run._trainer.resume(training.steps_done, training.state, training.history)
        except BadInputError as error:
            raise BadCheckpointError(path, str(error)) from error
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
        yield from self._trainer.run()

    def checkpoint(self) -> Checkpoint:
        """Return what has been learned so far; the optimiser's state goes with it while the run is unfinished."""
        weights, betas = self._trainer.averaged()
        unfinished = self.steps_done < self.steps_total
        if self.recipe.half and not unfinished:
            weights = {name: weight.astype(np.float16) for name, weight in weights.items()}
        training = TrainingState(
            recipe=self.recipe.name,
            seed=self._trainer.spec.seed,
            steps_done=self.steps_done,
            steps_total=self.steps_total,
            history=np.array(self._trainer.history, dtype=np.float64).reshape(-1, 3),
            state=self._trainer.state() if unfinished else {},
            taken_for=self.recipe.taken_for,
        )
        return Checkpoint(
            title=self.recipe.title,
            created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            licence=self.recipe.licence,
            kind=self.recipe.kind,
            betas=betas,
            network=NetworkInfo(self._network.kind, self._network.config, weights),
            data=self.recipe.info,
            training=training,
        )


def _rolled(source: SwissRoll) -> DataInfo:
    shift, scale = source.standardisation()
    reach = 4.5 * math.pi
    examples = source.sample(EXAMPLES, numpy_generator(0, "examples"))
    return DataInfo(source.name, source.shape, (-reach, reach), shift, scale, examples)
