"""Times sampling beside the bare network calls, in turn: ``python -m tests.benchmarks.sampling MODEL``; prints JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import torch

from core.model import DiffusionModel
from core.sampling.trajectories import reverse
from core.values.runs import RunSpec
from tests.benchmarks.models import COUNTS, MODELS, bare_calls, ratio

ROUNDS = {"roll": 9, "heartbeat": 3, "digits": 3}


def sampling(model: DiffusionModel, count: int) -> Callable[[], None]:
    def sample() -> None:
        for _ in reverse(model, RunSpec(count, threads=1)):
            pass

    return sample


def main() -> None:
    torch.set_num_threads(1)
    name = sys.argv[1]
    model, count = MODELS[name](), COUNTS[name]
    beside, seconds = ratio(sampling(model, count), bare_calls(model, count), ROUNDS[name])
    print(json.dumps({"ratio": beside, "s": seconds}))


if __name__ == "__main__":
    main()
