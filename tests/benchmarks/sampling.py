"""Times sampling 10 000 points beside the bare network calls, in turn: ``python sampling.py``; prints JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np
import torch

from core.checkpoint import read
from core.model import model_from
from core.trajectories import reverse
from core.values import RunSpec

ROUNDS = 15


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    path = "assets/checkpoints/swiss_roll.h5"
    model = model_from(read(path), path)
    spec = RunSpec(threads=1)
    torch.set_num_threads(1)
    x = torch.randn(spec.count, 2)

    def bare() -> None:
        with torch.inference_mode():
            for t in range(model.steps, 1, -1):
                model.network(x, torch.full((1, 1), t / model.steps))

    def sample() -> None:
        for _ in reverse(model, spec):
            pass

    for work in (bare, sample):
        work()
    pairs = [(timed(sample), timed(bare)) for _ in range(ROUNDS)]
    ratios = [whole / network for whole, network in pairs]
    print(
        json.dumps(
            {
                "sampling s": float(np.median([whole for whole, _ in pairs])),
                "network s": float(np.median([network for _, network in pairs])),
                "ratio": float(np.median(ratios)),
            }
        )
    )


if __name__ == "__main__":
    main()
