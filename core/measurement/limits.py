"""The limit of K: the best that any network reaches with the same process; and the true value if it is known."""

from __future__ import annotations

from torch import Tensor

from core.data.sources import KnownSource, Source
from core.errors import BadInputError
from core.model import DiffusionModel
from core.networks.empirical import EmpiricalNetwork
from core.processes.base import Process
from core.processes.registry import process_of
from core.processes.schedules import Schedule
from core.values.checkpoints import DataInfo
from core.values.measurements import NATS_PER_BIT, Estimate, mean_of


def limit_of(model: DiffusionModel) -> DiffusionModel:
    """Return the model with the same rates and the best kernels of its family.

    The exact E[x^0 | x^t] and variances come from data that represent the distribution; K of this model is the
    highest that any network can reach with these rates and independent entries (section 7 of the mathematics).

    Raises:
        BadInputError: If the data's distribution is not known.
    """
    return DiffusionModel(model.process, exact_network(model.source, model.data), model.data)


def known_truth(source: Source, info: DataInfo, process: Process, x1: Tensor) -> Estimate | None:
    """Return the true E_q log2 q(x^1) over draws ``x1`` [N, *shape] if the data's density is known, else None.

    It is the K of exact reverse kernels, since the final kernel turns q(x^1) into p(x^0).
    """
    if not isinstance(source, KnownSource):
        return None
    return mean_of(source.log_density(x1.numpy(), float(process.alpha_bars[1]), info) / NATS_PER_BIT)


def exact_model(source: Source, info: DataInfo, kind: str, betas: Schedule) -> DiffusionModel:
    """Return the model of data from ``source`` with rates ``betas`` [T] and the best kernels of its family.

    Raises:
        BadInputError: If the data's distribution is not known.
    """
    return DiffusionModel(process_of(kind, betas), exact_network(source, info), info)


def exact_network(source: Source, info: DataInfo) -> EmpiricalNetwork:
    """Return the exact network for data from ``source``, or raise `BadInputError` if none is known."""
    if not isinstance(source, KnownSource):
        raise BadInputError(f"{source.name}: its distribution is not known, nor the limit of K")
    return EmpiricalNetwork.of(info.to_model(source.support()))
