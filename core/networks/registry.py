"""The kinds of networks a checkpoint may hold, and their configurations: checked before anything is built."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import nn

from core.errors import BadInputError
from core.networks.analytic import AnalyticNetwork
from core.networks.empirical import EmpiricalNetwork
from core.networks.multiscale import MultiscaleConvolution
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.networks.radial_basis import RadialBasisNetwork
from core.networks.unet import UNet
from core.values.checkpoints import RGB

TrainableNetwork = MultilayerPerceptron | BitPerceptron | RadialBasisNetwork | UNet | MultiscaleConvolution
"""What `core.training.trainer` can ascend."""
ExactNetwork = AnalyticNetwork | EmpiricalNetwork
"""What needs no training: it holds the data, or all that there is to know of them."""

Limits = Mapping[str, tuple[int, int]]
PERCEPTRON: Limits = {"dimensions": (1, 4096), "width": (1, 8192), "layers": (1, 64), "frequencies": (1, 256)}


def build_network(kind: str, config: Mapping[str, object]) -> nn.Module:
    """Return a fresh network of ``kind`` with the given configuration.

    Raises:
        BadInputError: If the kind is unknown or the configuration is not one of that kind.
    """
    builder = BUILDERS.get(kind)
    if builder is None:
        raise BadInputError(f"network kind {kind!r} is unknown; this version knows {', '.join(sorted(BUILDERS))}")
    return builder(config)


def _sizes(config: Mapping[str, object], limits: Limits) -> dict[str, int]:
    """Return the whole numbers that ``config`` is to hold, each within its ``limits``, and nothing else."""
    unknown = set(config) - set(limits)
    if unknown:
        raise BadInputError(f"network config has the unknown entry {sorted(unknown)[0]!r}")
    return {name: _whole(config.get(name), name, least, most) for name, (least, most) in limits.items()}


def _whole(value: object, name: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadInputError(f"network config {name} is {value!r:.40}, not a whole number from {least} to {most}")
    return value


def _multilayer_perceptron(config: Mapping[str, object]) -> nn.Module:
    return MultilayerPerceptron(**_sizes(config, {**PERCEPTRON, "fourier_features": (0, 32)}))


def _bit_perceptron(config: Mapping[str, object]) -> nn.Module:
    return BitPerceptron(**_sizes(config, PERCEPTRON))


def _radial_basis(config: Mapping[str, object]) -> nn.Module:
    limits = {"dimensions": (1, 4096), "steps": (1, 100_000), "units": (1, 8192)}
    return RadialBasisNetwork(**_sizes(config, limits))


def _analytic(config: Mapping[str, object]) -> nn.Module:
    return AnalyticNetwork(**_sizes(config, {"dimensions": (1, 4096)}))


def _image_sizes(config: Mapping[str, object], limits: Limits) -> dict[str, int]:
    """Return what ``config`` of a network of pictures holds: its channels, and what is within ``limits``."""
    sizes = _sizes(config, {"channels": (1, RGB), **limits})
    if sizes["channels"] not in (1, RGB):
        raise BadInputError(f"network config channels is {sizes['channels']}, neither 1 (grey) nor {RGB} (RGB)")
    return sizes


def _unet(config: Mapping[str, object]) -> nn.Module:
    limits = {
        "width": (1, 512),
        "scales": (1, 8),
        "blocks": (1, 16),
        "bottleneck": (1, 64),
        "frequencies": (1, 256),
        "added": (0, 1),
        "variance_divisor": (1, 1024),
    }
    earlier = {"added": 0, "variance_divisor": 1}  # of files that say nothing of them
    return UNet(**_image_sizes(earlier | dict(config), limits))


def _multiscale_convolution(config: Mapping[str, object]) -> nn.Module:
    limits = {
        "width": (1, 512),
        "scales": (1, 8),
        "layers": (1, 32),
        "dense": (1, 2048),
        "dense_layers": (1, 16),
        "bumps": (1, 256),
        "magnifications": (1, 8),
    }
    return MultiscaleConvolution(**_image_sizes(config, limits))


def _empirical(config: Mapping[str, object]) -> nn.Module:
    shape = config.get("shape")
    if not isinstance(shape, list) or not 1 <= len(shape) <= 4:
        raise BadInputError(f"network config shape is {shape!r}, not a list of 1 to 4 whole numbers")
    sides = tuple(_whole(side, "shape", 1, 2**24) for side in shape)
    counts = _sizes({name: value for name, value in config.items() if name != "shape"}, {"count": (1, 10_000_000)})
    return EmpiricalNetwork(counts["count"], sides)


BUILDERS: Mapping[str, Callable[[Mapping[str, object]], nn.Module]] = {
    MultilayerPerceptron.kind: _multilayer_perceptron,
    BitPerceptron.kind: _bit_perceptron,
    RadialBasisNetwork.kind: _radial_basis,
    EmpiricalNetwork.kind: _empirical,
    AnalyticNetwork.kind: _analytic,
    UNet.kind: _unet,
    MultiscaleConvolution.kind: _multiscale_convolution,
}
