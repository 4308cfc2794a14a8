"""All recipes by name, and running one: data, training, bound and checkpoint."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch

from core.data.sources import StoredSource
from core.errors import BadCheckpointError, BadInputError
from core.measurement.examples import what_is
from core.recipes.images import brick, colour_patches, dead_leaves, dead_leaves_paper, digits, gravel
from core.recipes.paper import heartbeat, heartbeat_fast, swiss_roll, swiss_roll_rbf
from core.recipes.recipe import Recipe
from core.training.trainer import Trainer, TrainingSpec
from core.values.checkpoints import Checkpoint, NetworkInfo
from core.values.measurements import examples_in_words
from core.values.runs import MAX_SEED
from core.values.training import TrainingProgress, TrainingState

RECIPES: dict[str, Callable[[], Recipe]] = {
    make.__name__: make
    for make in (
        *(swiss_roll, swiss_roll_rbf, heartbeat, heartbeat_fast),
        *(digits, dead_leaves, dead_leaves_paper, gravel, brick, colour_patches),
    )
}


def recipe_named(name: str) -> Recipe:
    """Return the recipe called ``name``.

    Raises:
        BadInputError: If there is none; the message lists all recipes.
    """
    if name not in RECIPES:
        raise BadInputError(f"there is no recipe {name!r}; there are: {', '.join(RECIPES)}")
    return RECIPES[name]()


def check_resumable(checkpoint: Checkpoint, path: object) -> TrainingState:
    """Return the unfinished training in ``checkpoint``, read from ``path``.

    Raises:
        BadCheckpointError: If there is none.
    """
    training = checkpoint.training
    if training is None or not training.state:
        raise BadCheckpointError(path, "it holds no state of an optimiser, so there is nothing to resume")
    return training


class RecipeRun:
    """The training of one recipe, new or resumed, and its checkpoint."""

    def __init__(self, recipe: Recipe, steps: int | None = None, seed: int = 0) -> None:
        """Set up ``recipe`` for ``steps`` gradient steps (the recipe's number if None).

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
        shared = ("batch", "learning_rate", "validation", "beta2", "t_sampling_weight", "threads")
        spec = TrainingSpec(total, seed=seed, **{name: getattr(recipe, name) for name in shared})
        self._trainer = Trainer(
            self._network, recipe.rates(), recipe.source, recipe.info, spec, recipe.validation_source
        )

    @classmethod
    def resumed(cls, checkpoint: Checkpoint, path: object, recipe: Recipe | None = None) -> RecipeRun:
        """Resume the unfinished training in ``checkpoint``, read from ``path``.

        Args:
            checkpoint: The saved checkpoint.
            path: Its path, for messages.
            recipe: Its recipe if it used user data; None for the recipe of the name in the checkpoint.

        Raises:
            BadCheckpointError: If the training is finished, or its state does not fit the recipe.
        """
        training = check_resumable(checkpoint, path)
        try:
            # T and the rates come from the file; learned rates are then restored exactly from the state.
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

    @property
    def best_step(self) -> int | None:
        """Gradient steps that led to the weights chosen on the validation data; None if the last weights are taken."""
        return self._trainer.best_step

    @property
    def validated_on(self) -> str:
        """What validation K is measured on, in words, as in "60 validation examples"."""
        source, validation = self.recipe.source, self.recipe.validation_source
        chosen = source.held_out if validation is None else validation
        draws = self.recipe.validation
        stored = len(chosen) if isinstance(chosen, StoredSource) else draws
        if validation is None:
            words = examples_in_words(stored, what_is(chosen, source))
        else:
            words = f"{stored} validation example{'' if stored == 1 else 's'}"
        return words if stored <= draws else f"{draws} draws of {words}"

    def train(self) -> Iterator[TrainingProgress]:
        """Train to the end and yield reports (see `core.training.trainer.Trainer.run`)."""
        yield from self._trainer.run()

    def checkpoint(self) -> Checkpoint:
        """Return a checkpoint of what was learned so far, with the optimiser's state while the run is unfinished."""
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
