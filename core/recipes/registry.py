"""All recipes by name."""

from __future__ import annotations

from collections.abc import Callable

from core.errors import BadInputError
from core.recipes.images import brick, colour_patches, dead_leaves, dead_leaves_paper, digits, gravel
from core.recipes.paper import heartbeat, heartbeat_fast, swiss_roll, swiss_roll_rbf
from core.recipes.recipe import Recipe

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
