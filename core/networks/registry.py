"""The kinds of networks that a checkpoint may hold, by name."""

from __future__ import annotations

from collections.abc import Mapping

from core.errors import BadInputError
from core.networks.analytic import AnalyticNetwork
from core.networks.base import Network
from core.networks.empirical import EmpiricalNetwork
from core.networks.multiscale import MultiscaleConvolution
from core.networks.perceptrons import BitPerceptron, MultilayerPerceptron
from core.networks.radial_basis import RadialBasisNetwork
from core.networks.unet import UNet

KINDS: Mapping[str, type[Network]] = {
    network.kind: network
    for network in (
        MultilayerPerceptron,
        BitPerceptron,
        RadialBasisNetwork,
        EmpiricalNetwork,
        AnalyticNetwork,
        UNet,
        MultiscaleConvolution,
    )
}


def build_network(kind: str, config: Mapping[str, object]) -> Network:
    """Return a new network of ``kind`` with the given configuration.

    Raises:
        BadInputError: If the kind is unknown or the configuration is not one of that kind.
    """
    if kind not in KINDS:
        raise BadInputError(f"network kind {kind!r} is unknown; this version knows {', '.join(sorted(KINDS))}")
    return KINDS[kind].from_config(config)
