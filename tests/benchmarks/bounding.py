"""Times the bound K of 10 000 held-out data beside the bare network calls, in turn.

``python -m tests.benchmarks.bounding MODEL`` prints JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import torch

from core.measurement.bound import measure_bound
from core.model import DiffusionModel
from core.values.runs import RunSpec
from tests.benchmarks.models import COUNT, MODELS, bare_calls, ratio

ROUNDS = {"roll": 9, "heartbeat": 3}


def bounding(model: DiffusionModel) -> Callable[[], None]:
    def measure() -> None:
        for _ in measure_bound(model, RunSpec(COUNT, threads=1)):
            pass

    return measure


def main() -> None:
    torch.set_num_threads(1)
    name = sys.argv[1]
    model = MODELS[name]()
    beside, seconds = ratio(bounding(model), bare_calls(model, COUNT), ROUNDS[name])
    print(json.dumps({"ratio": beside, "s": seconds}))


if __name__ == "__main__":
    main()
