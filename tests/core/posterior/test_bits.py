"""The posterior of bits: phases of the heartbeat, and all states of a short chain.

Standard errors are taken over independent repetitions.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from core.data.registry import FORMULAS
from core.model import DiffusionModel
from core.networks.empirical import EmpiricalNetwork
from core.processes.binomial import BinomialProcess
from core.processes.schedules import constant_erasure
from core.values.potentials import BitPotential, Mask, Posterior, Potential, Product
from core.values.runs import PosteriorFrame
from tests.support.posteriors import FEW, FEW_WISH, Array, Unit, agree, average, repeated

pytestmark = pytest.mark.usefixtures("one_thread")
STATES = np.array(list(itertools.product((0.0, 1.0), repeat=4)))
FEW_MASK = np.array([True, False, True, True])
FEW_KNOWN = Mask(FEW_MASK, np.zeros(4, np.float32)), Mask(FEW_MASK, np.zeros(4, np.float32), "clean")


def phases(frame: PosteriorFrame) -> list[float]:
    support = FORMULAS["heartbeat"]().support()
    return [average(frame, (frame.x == sequence).all(axis=1).astype(np.float64)) for sequence in support]


@pytest.mark.parametrize(("known_mode", "timing"), [("noised", "constant"), ("clean", "twisted")])
def test_fixed_bits_leave_the_phases_that_agree_with_them(
    heartbeat: DiffusionModel, known_mode: str, timing: str
) -> None:
    mask = np.ones(20, dtype=np.bool_)
    mask[[0, 7]] = False  # both zero: phases 1, 3 and 4 are left, of five
    r = Mask(mask, np.zeros(20, np.float32), known_mode)
    found = repeated(heartbeat, Posterior(r, timing, weighted=True), 500, 16, phases)
    assert agree(found, [0, 1 / 3, 0, 1 / 3, 1 / 3, 3 / 5], slack=2e-3)  # 0.05 % are no heartbeats


@pytest.mark.parametrize("timing", ["constant", "fading", "twisted"])
def test_a_wish_for_bits_leaves_phases_by_their_wishes(heartbeat: DiffusionModel, timing: str) -> None:
    odds = np.zeros(20, np.float32)
    odds[[0, 6]] = 0.8, -0.5
    r = np.array([math.exp(0.8), math.exp(-0.5), 1, 1, 1])
    total = float(np.mean(r / math.exp(0.8)))
    found = repeated(heartbeat, Posterior(BitPotential(odds), timing, weighted=True), 500, 16, phases)
    assert agree(found, [*(r / r.sum()), total], slack=2e-3)


@pytest.mark.parametrize(
    ("r", "timing"),
    [
        (FEW_WISH, "constant"),
        (FEW_WISH, "twisted"),
        (Product((FEW_WISH, BitPotential(np.array([0.5, -0.5, 0.0, 0.0])))), "fading"),
        (FEW_KNOWN[0], "constant"),
        (FEW_KNOWN[1], "twisted"),
        (Product((FEW_WISH, FEW_KNOWN[0])), "fading"),
        (Product((FEW_KNOWN[1], FEW_WISH)), "twisted"),
    ],
)
def test_posteriors_of_a_short_chain_of_bits_are_those_found_by_counting_all_its_states(
    unit_data: Unit, r: Potential, timing: str
) -> None:
    process = BinomialProcess(constant_erasure(3, first=0.1))
    model = DiffusionModel(process, EmpiricalNetwork.of(FEW), unit_data((4,)))
    chances = np.full(16, 1 / 16)
    states = torch.tensor(STATES, dtype=torch.float32)
    for t in (3, 2, 1):
        ones = model.reverse_kernel(states, t).in_float64().mean.numpy()
        steps = np.where(STATES[None] == 1, ones[:, None], 1 - ones[:, None]).prod(-1)
        chances = chances @ steps
    weights = chances * np.prod([r_of(factor) for factor in (r.factors if isinstance(r, Product) else (r,))], axis=0)
    truth = [*(weights / weights.sum()), weights.sum()]

    def states_of(frame: PosteriorFrame) -> list[float]:
        return [average(frame, (frame.x == state).all(axis=1).astype(np.float64)) for state in STATES]

    found = repeated(model, Posterior(r, timing, weighted=True), 4000, 10, states_of)
    errors = found.std(axis=0, ddof=1) / math.sqrt(len(found))
    # 17 numbers at once: a Bonferroni bound, on Student's t of 9 degrees of freedom, that is missed once in a hundred
    assert (np.abs(found.mean(axis=0) - truth) < 5 * errors + 1e-12).all()


def r_of(factor: Potential) -> Array:
    """Return r of all 16 states."""
    if isinstance(factor, Mask):
        return ((factor.known == STATES) | factor.mask).all(axis=1).astype(np.float64)
    assert isinstance(factor, BitPotential)
    odds = factor.log_odds.astype(np.float64)
    return np.exp(np.where(STATES == 1, np.minimum(odds, 0), np.minimum(-odds, 0)).sum(axis=1))
