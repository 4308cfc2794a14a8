"""Inpainting of a part of large images, computed only in that part and its receptive field."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.errors import BadInputError
from core.model import DiffusionModel
from core.networks.base import Network, perturbed_kernel
from core.networks.convolutional import ConvolutionalNetwork, Region, grown, within
from core.processes.base import Steps
from core.processes.distributions import Gaussian
from core.processes.gaussian import GaussianProcess
from core.values.checkpoints import RGB, channels_of, is_image

MOST_PIXELS = 2**24


class WindowedNetwork(Network):
    """A convolutional network that is evaluated in a window of the image only.

    Within ``hole`` its kernels are those of the network on the whole image, up to rounding. Elsewhere they are those of
    unit Gaussian data, which cost nothing: there pixels are known and replaced whatever the kernel is.

    Args:
        network: The network.
        hole: True at the pixels to inpaint, ``[H, W]`` or ``[H, W, 3]``.

    Raises:
        BadInputError: If the hole is empty.
    """

    reverses = GaussianProcess

    def __init__(self, network: ConvolutionalNetwork, hole: NDArray[np.bool_]) -> None:
        super().__init__()
        pixels: NDArray[np.bool_] = np.logical_or.reduce(hole, axis=2) if hole.ndim == 3 else hole
        if not pixels.any():
            raise BadInputError("mask: it is empty, so there is nothing to inpaint")
        self.network = network
        self.shape = hole.shape
        height, width = pixels.shape
        self._inner: Region = _extent(np.any(pixels, axis=1)), _extent(np.any(pixels, axis=0))
        self.window = grown(self._inner, network.receptive_field, network.stride, (height, width))

    def reverse_kernel(self, x: Tensor, t: Steps, process: GaussianProcess) -> Gaussian:
        """Return p(x^t-1 | x^t = ``x``), images ``[N, H, W]`` or ``[N, H, W, 3]`` (see `ReverseNetwork`)."""
        part, inner = x[(slice(None), *self.window)].contiguous(), (slice(None), *self._inner)
        z_mean, z_variance = torch.zeros_like(x), torch.zeros_like(x)
        found = self.network.read_outs(part, t, process, within(self._inner, self.window))
        z_mean[inner], z_variance[inner] = found
        return perturbed_kernel(z_mean, z_variance, x, t, process)


def resized(model: DiffusionModel, size: tuple[int, int]) -> DiffusionModel:
    """Return ``model`` for images of another ``size`` (height, width).

    It has no examples and no source of that size, so it has no forward process from data.

    Raises:
        BadInputError: If its network takes images of one size only, or the size is out of range.
    """
    if not takes_any_size(model):
        raise BadInputError(f"size: this model takes data of shape {model.data.shape} alone")
    if min(size) < 1 or size[0] * size[1] > MOST_PIXELS:
        raise BadInputError(f"size: {size[0]} x {size[1]} pixels are not between 1 and {MOST_PIXELS}")
    shape = size if channels_of(model.data.shape) == 1 else (*size, RGB)
    if shape == model.data.shape:
        return model
    empty = np.empty((0, *shape), dtype=np.float32)
    return DiffusionModel(model.process, model.network, dataclasses.replace(model.data, shape=shape, examples=empty))


def windowed(model: DiffusionModel, hole: NDArray[np.bool_]) -> DiffusionModel:
    """Return ``model`` with its kernels in the ``hole`` [H, W] or [H, W, 3] only (see `WindowedNetwork`).

    Raises:
        BadInputError: If its network is not convolutional, or the hole is empty or not of the model's shape.
    """
    if not isinstance(model.network, ConvolutionalNetwork):
        raise BadInputError("mask: the network of this model is not convolutional, so it has no window")
    if hole.shape != model.data.shape:
        raise BadInputError(f"mask: shape {hole.shape} is not {model.data.shape}, the model's")
    return DiffusionModel(model.process, WindowedNetwork(model.network, hole), model.data)


def takes_any_size(model: DiffusionModel) -> bool:
    """Return whether ``model`` takes images of any size; its units, too, must be the same for every pixel."""
    one_unit = np.size(model.data.shift) == 1 and np.size(model.data.scale) == 1
    return isinstance(model.network, ConvolutionalNetwork) and is_image(model.data.shape) and one_unit


def _extent(occupied: NDArray[np.bool_]) -> slice:
    """Return the range from the first True entry to the last."""
    places = np.flatnonzero(occupied)
    return slice(int(places[0]), int(places[-1]) + 1)
