"""The experiments on images (sections 3.2.1 to 3.2.4 of the paper, on data that can be shipped)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from core.data.dead_leaves import DeadLeaves
from core.data.images import GreyLevelSource
from core.data.shipped_images import ColourPatches, Digits, Texture
from core.networks.base import Network
from core.networks.multiscale import MultiscaleConvolution
from core.networks.unet import UNet
from core.processes.schedules import Schedule, log_linear
from core.recipes.recipe import Recipe
from core.runtime.devices import numpy_generator

STEPS = 1000
"""T, as in the paper."""
FIRST = 1e-6
"""beta_1: its root, a thousandth of a standard deviation or a tenth of a grey level, bounds the model's sharpness."""
END = 1e-3
IMAGE_TRAINING: Mapping[str, Any] = {"batch": 32, "learning_rate": 1e-3, "validation": 256, "float16": True}
"""The settings that trainings on images share."""
LONG_TRAINING: Mapping[str, Any] = {"beta2": 0.99, "t_sampling_weight": 0.6, "threads": 2}


def digits() -> Recipe:
    """Return the recipe for handwritten digits, the paper's MNIST.

    Which digit it becomes is decided at steps where signal and noise are of comparable size; they contribute little to
    K. Hence the t-sampling weight, and the many blocks whose receptive field is the whole image.
    """
    made = _images(
        Digits(),
        "digits",
        "Digits",
        "handwritten digits of MNIST, 28 x 28, Gaussian, T = 1000, U-Net; some twenty minutes",
        lambda _: UNet(channels=1, bottleneck=4, added=1, variance_divisor=8),
    )
    return replace(made, steps=14_000, learning_rate=1.5e-3, **LONG_TRAINING)


def dead_leaves() -> Recipe:
    """Return the recipe for dead leaves with a U-Net."""
    summary = "opaque discs that hide each other, 32 x 32, Gaussian, T = 1000, U-Net; some twenty minutes"
    made = _images(DeadLeaves(), "dead_leaves", "Dead leaves", summary, lambda _: UNet(channels=1))
    return replace(made, steps=5500)


def dead_leaves_paper() -> Recipe:
    """Return the recipe for dead leaves with the paper's own network (section 3.2.3)."""
    title = "Dead leaves, the paper's network"
    summary = "the same with the paper's own network, multi-scale convolution; five minutes"
    made = _images(DeadLeaves(), "dead_leaves_paper", title, summary, _paper_network)
    return replace(made, steps=1500, learning_rate=2e-3)


def gravel() -> Recipe:
    """Return the recipe for a texture of gravel, in place of the paper's bark (section 3.2.4)."""
    summary = "crops of gravel, 64 x 64, Gaussian, T = 1000, the paper's multi-scale convolution; ten minutes"
    made = _images(Texture("gravel"), "gravel", "Gravel", summary, _paper_network)
    return replace(made, steps=2500, learning_rate=2e-3, batch=8, validation=64)


def brick() -> Recipe:
    """Return the recipe for a texture of bricks."""
    summary = "crops of a brick wall, 96 x 96, Gaussian, T = 1000, U-Net; some twenty minutes"
    made = _images(
        Texture("brick", 96),
        "brick",
        "Brick",
        summary,
        lambda _: UNet(channels=1, scales=4, bottleneck=3, added=1, variance_divisor=8),
    )
    return replace(made, steps=8000, batch=4, validation=32, **LONG_TRAINING)


def colour_patches() -> Recipe:
    """Return the recipe for small patches of colour photographs, in place of the paper's CIFAR-10."""
    summary = "pieces of colour photographs, 32 x 32 RGB, Gaussian, T = 1000, U-Net; a quarter of an hour"
    made = _images(ColourPatches(), "colour_patches", "Colour patches", summary, lambda _: UNet(channels=3))
    return replace(made, steps=3000)


def image_schedule(steps: int = STEPS) -> Schedule:
    """Return the schedule for images: log-linear in signal-to-noise, from a tenth of a grey level to noise."""
    return log_linear(steps, first=FIRST, alpha_bar_end=END)


def _paper_network(_: int) -> Network:
    return MultiscaleConvolution(channels=1, width=48, dense=96)


def _images(source: GreyLevelSource, name: str, title: str, summary: str, network: Callable[[int], Network]) -> Recipe:
    """Return a recipe with the settings that the shipped images share; each sets its own number of steps."""
    return Recipe(
        name=name,
        title=title,
        summary=summary,
        kind="gaussian",
        source=source,
        info=source.info(numpy_generator(0, "examples")),
        betas=image_schedule(),
        network=network,
        **IMAGE_TRAINING,
    )
