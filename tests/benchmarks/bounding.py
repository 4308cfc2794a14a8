"""Times the bound K of 10 000 held-out data beside the bare network calls, in turn: ``python bounding.py``; JSON."""

from __future__ import annotations

import json
from collections.abc import Callable

import torch

from core.measurement.bound import measure_bound
from core.model import DiffusionModel
from core.values.runs import RunSpec
from tests.benchmarks.models import COUNT, MODELS, bare_calls, ratio

ROUNDS = {"roll": 15, "heartbeat": 5}


def bounding(model: DiffusionModel) -> Callable[[], None]:
    def measure() -> None:
        for _ in measure_bound(model, RunSpec(COUNT, threads=1)):
            pass

    return measure


def main() -> None:
    torch.set_num_threads(1)
    found = {}
    for name in ROUNDS:
        model = MODELS[name]()
        found[f"{name} ratio"], found[f"{name} s"] = ratio(bounding(model), bare_calls(model, COUNT), ROUNDS[name])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
