"""`dpm inpaint`: an example of which a part is known, filled in by a model."""

from __future__ import annotations

import argparse
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.commands.common import check_suffix, last, open_model, read_array, shown
from core.errors import BadInputError
from core.files import atomic_path, check_output_path
from core.potentials import LARGEST, Mask, Posterior
from core.space import check_disk
from core.values import PosteriorFrame, RunSpec

if TYPE_CHECKING:
    from core.model import DiffusionModel

DEFAULT_COUNT = 16
WAYS = {False: "the paper's kernels alone", True: "weighted particles"}
HELD_WORDS = {
    ("x0", False): "held at x^0",
    ("x0", True): "drawn to by the guess of x^0",
    ("path", False): "on their own noised path",
    ("path", True): "on their own noised path",
}


def inpaint(options: argparse.Namespace) -> int:
    """Fill in what is not known of an image, and save the results in user's units."""
    from core.posterior import equally_weighted, reverse_under
    from core.randomness import torch_generator
    from core.trajectories import prepare

    check_suffix("--out", options.out, ".npy")
    target = check_output_path(options.out)
    _, model = open_model(options.file)
    mask = _mask(options.mask, model.data.shape)
    image = _image(options.image, mask, model)
    # the weights of a mask held at x^0 are right with one timing alone
    usual = "twisted" if options.weighted and options.held == "x0" else "constant"
    known = model.data.to_model(np.where(mask, 0, image))
    r = Mask(mask, known, options.held, options.back_and_forth)
    posterior = Posterior(r, options.timing or usual, options.weighted)
    spec = RunSpec(count=options.count, seed=options.seed, posterior=posterior)
    prepare(spec)
    kind = np.result_type(image.dtype, np.float32)  # which holds every known value as it is
    check_disk(kind.itemsize * spec.count * math.prod(model.data.shape), target.parent, options.out)
    frame = last(shown(reverse_under(model, spec), model.steps + 1, "filling in"))
    x = frame.x
    if posterior.weighted:
        x = equally_weighted(frame, spec.count, torch_generator(spec.seed, "equal weights"))
    filled = model.data.to_user(x).astype(kind)
    filled[:, ~mask] = image[~mask]
    with atomic_path(options.out) as temporary, temporary.open("wb") as file:
        np.save(file, filled)
    facts = _facts(posterior, spec, frame, mask)
    print(json.dumps(facts) if options.json else _text(options.out, facts))
    return 0


def _mask(path: str, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return the mask in the file at ``path``, True where an entry is to be filled in."""
    found = _single(read_array(path, kinds="biuf"), shape, path)
    if not np.isin(found, (0, 1)).all():
        raise BadInputError(f"{path}: a mask holds True and False, or 1 and 0: 1 where an entry is to be filled in")
    mask = found.astype(np.bool_)
    if mask.all():
        raise BadInputError(f"{path}: the mask is full, so nothing is known; `dpm sample` is for that")
    if not mask.any():
        raise BadInputError(f"{path}: the mask is empty, so there is nothing to fill in")
    return mask


def _image(path: str, mask: NDArray[np.bool_], model: DiffusionModel) -> NDArray[Any]:
    """Return the image in the file at ``path``, user's units; what the mask covers may be anything."""
    image = _single(read_array(path, kinds="biuf", finite=False), model.data.shape, path)
    with np.errstate(over="ignore", invalid="ignore"):
        known = np.where(mask, 0, model.data.to_model(image))
    if not (np.abs(known) <= LARGEST).all():
        raise BadInputError(f"{path}: it holds known values that are not finite, or far too large for the model")
    model.process.check_states(known, path)
    return image


def _single(values: NDArray[Any], shape: tuple[int, ...], path: str) -> NDArray[Any]:
    """Return ``values`` as one example of ``shape``, also where they are the only one of several there might be."""
    if values.shape not in (shape, (1, *shape)):
        raise BadInputError(f"{path}: shape {values.shape} is not {shape}, that of one example of the model's data")
    return values.reshape(shape)


def _facts(posterior: Posterior, spec: RunSpec, frame: PosteriorFrame, mask: NDArray[np.bool_]) -> dict[str, Any]:
    r = posterior.r
    total = frame.log_probability
    return {
        "count": spec.count,
        "shape": list(mask.shape),
        "seed": spec.seed,
        "known": int((~mask).sum()),
        "filled_in": int(mask.sum()),
        "held": r.held if isinstance(r, Mask) else None,
        "back_and_forth": r.back_and_forth if isinstance(r, Mask) else None,
        "timing": posterior.timing,
        "weighted": posterior.weighted,
        "effective_sample_size": frame.effective_size if posterior.weighted else None,
        "log_probability_bits": None if total is None else total / math.log(2.0),
    }


def _text(out: str, facts: dict[str, Any]) -> str:
    parts = f"{facts['filled_in']} of {facts['known'] + facts['filled_in']} entries filled in"
    line = f"{out}: {facts['count']} samples, {parts}, seed {facts['seed']}; {WAYS[facts['weighted']]}"
    line += f", known entries {HELD_WORDS[facts['held'], facts['timing'] == 'twisted']}"
    if not facts["weighted"]:
        return f"{line}\nThese are not draws from the posterior, which --weighted approaches."
    size, bits = facts["effective_sample_size"], facts["log_probability_bits"]
    return f"{line}\neffective sample size {size:.1f}, log2 p(known) = {bits:.4f} bits, model units"
