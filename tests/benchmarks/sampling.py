"""Times sampling points, sequences and digits beside the bare network calls, in turn: ``python sampling.py``; JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

import torch

from core.model import DiffusionModel
from core.sampling.trajectories import reverse
from core.values.runs import RunSpec
from tests.benchmarks.models import COUNTS, MODELS, bare_calls, ratio

ROUNDS = {"roll": 15, "heartbeat": 5, "digits": 5}


def sampling(model: DiffusionModel, count: int) -> Callable[[], None]:
    def sample() -> None:
        for _ in reverse(model, RunSpec(count, threads=1)):
            pass

    return sample


def main() -> None:
    torch.set_num_threads(1)
    found = {}
    for name, make in MODELS.items():
        model, count = make(), COUNTS[name]
        found[f"{name} ratio"], found[f"{name} s"] = ratio(
            sampling(model, count), bare_calls(model, count), ROUNDS[name]
        )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
