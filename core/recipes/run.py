"""Running a recipe: data, training, bound and checkpoint."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import torch

from core.errors import BadCheckpointError, BadInputError
from core.recipes.recipe import Recipe
from core.recipes.registry import recipe_named
from core.training.trainer import Trainer, TrainingSpec
from core.values.checkpoints import Checkpoint, NetworkInfo
from core.values.runs import MAX_SEED
from core.values.training import TrainingProgress, TrainingState


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
            learning_rate=recipe.learning_rate,
            validation=recipe.validation,
            beta2=recipe.beta2,
            t_sampling_weight=recipe.t_sampling_weight,
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
        """Train to the end, and report on the way (see `core.training.trainer.Trainer.run`)."""
        yield from self._trainer.run()

    def checkpoint(self) -> Checkpoint:
        """Return what has been learned so far; the optimiser's state goes with it while the run is unfinished."""
        weights, betas = self._trainer.averaged()
        unfinished = self.steps_done < self.steps_total
        if self.recipe.float16 and not unfinished:
            weights = {name: weight.astype(np.float16) for name, weight in weights.items()}
        training = TrainingState(
            recipe=self.recipe.name,
            seed=self._trainer.spec.seed,
            steps_done=self.steps_done,
            steps_total=self.steps_total,
            history=np.array(self._trainer.history, dtype=np.float64).reshape(-1, 3),
            state=self._trainer.state() if unfinished else {},
            interpreted_as=self.recipe.interpreted_as,
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
