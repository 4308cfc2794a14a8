"""`dpm inpaint`: inpaints the masked entries of an example."""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.commands.common import last, open_model, read_array, with_progress_bar
from core.errors import BadInputError
from core.formats.arrays import save_npy
from core.runtime.devices import check_disk
from core.runtime.files import check_output_path
from core.values.arrays import NUMBERS
from core.values.checkpoints import is_image
from core.values.inpainting import KNOWN_MODE_TEXTS, InpaintingFrame, InpaintingRequest
from core.values.measurements import NATS_PER_BIT

if TYPE_CHECKING:
    from core.model import DiffusionModel

SAMPLER_TEXTS = {False: "the paper's kernels", True: "weighted particles"}


def inpaint(options: argparse.Namespace) -> int:
    """Inpaint the unknown entries of an image and save the results in user's units."""
    from core.posterior.inpainting import inpaint, spec_of

    target = check_output_path(options.out, ".npy", "--out")
    if options.save_spec is not None:
        check_output_path(options.save_spec, ".npz", "--save-spec")
    if options.spec is None and (options.image is None or options.mask is None):
        missing = "--image" if options.image is None else "--mask"
        raise BadInputError(f"{missing}: it is missing; give --image and --mask, or --spec with both in it")
    _, model = open_model(options.file)
    request = _request(options, model)
    spec_of(model, request)
    kind = np.result_type(request.image.dtype, np.float32)
    check_disk(kind.itemsize * request.count * math.prod(request.image.shape), target.parent, options.out)
    if options.save_spec is not None:
        from core.formats.requests import save_request

        save_request(request, options.save_spec)
    frame = last(with_progress_bar(inpaint(model, request), "inpainting", (request.start or model.steps) + 1))
    save_npy(options.out, np.asarray(frame.images))
    facts = _facts(request, frame)
    print(json.dumps(facts) if options.json else _text(options.out, request, facts))
    return 0


def _request(options: argparse.Namespace, model: DiffusionModel) -> InpaintingRequest:
    """Return the request in the options, or that of a file with the given options replaced."""
    names = ("count", "seed", "known_mode", "timing", "resample_times", "start", "particles")
    given = {name: getattr(options, name) for name in names} | {"weighted": options.weighted or None}
    changes = {name: value for name, value in given.items() if value is not None}
    if options.weighted and options.resample_times is None:
        changes["resample_times"] = None  # weights exclude RePaint resampling, whatever the file holds
    if options.spec is not None:
        if options.image is not None or options.mask is not None:
            raise BadInputError("--spec: it holds an image and a mask; leave --image and --mask out")
        from core.formats.requests import load_request

        return dataclasses.replace(load_request(options.spec), **changes)
    from core.posterior.inpainting import check_known, model_for
    from core.posterior.large_images import takes_any_size

    image = read_array(options.image, NUMBERS, finite=False)
    known = model_for(model, image.shape) if takes_any_size(model) and is_image(image.shape) else model
    mask = _mask(options.mask, known.data.shape, rough=options.start is not None)
    request = InpaintingRequest(_single(image, known.data.shape, options.image), mask, **changes)
    open_entries = request.mask if options.start is None else np.zeros_like(request.mask)
    check_known(known, request.image, open_entries, options.image)
    return request


def _mask(path: str, shape: tuple[int, ...], *, rough: bool) -> NDArray[np.bool_]:
    """Return the mask in the file at ``path``, True at entries to inpaint; one for all colours is enough.

    It may be full only over a ``rough`` image, which is noised and denoised as a whole.
    """
    found = read_array(path, NUMBERS)
    found = _single(found, shape[:2] if is_image(shape) and found.shape == shape[:2] else shape, path)
    if not np.isin(found, (0, 1)).all():
        raise BadInputError(f"{path}: a mask holds True and False, or 1 and 0: 1 where an entry is to be inpainted")
    mask = found.astype(np.bool_)
    if mask.all() and not rough:
        raise BadInputError(f"{path}: the mask is full, so nothing is known; `dpm sample` is for that")
    if not mask.any():
        raise BadInputError(f"{path}: the mask is empty, so there is nothing to inpaint")
    return mask


def _single(values: NDArray[np.generic], shape: tuple[int, ...], path: str) -> NDArray[np.generic]:
    """Return ``values`` as one example of ``shape``; they may have a leading axis of length 1."""
    if values.shape not in (shape, (1, *shape)):
        raise BadInputError(f"{path}: shape {values.shape} is not {shape}, that of one example of the model's data")
    return values.reshape(shape)


def _facts(request: InpaintingRequest, frame: InpaintingFrame) -> dict[str, object]:
    total, mask = frame.log_probability, request.mask
    return {
        "count": request.count,
        "shape": list(mask.shape),
        "seed": request.seed,
        "known": int((~mask).sum()),
        "inpainted": int(mask.sum()),
        "known_mode": request.known_mode,
        "resample_times": 0 if mask.all() else request.effective_resample_times,
        "timing": request.effective_timing,
        "weighted": request.weighted,
        "particles": request.chain_count,
        "start": request.start,
        "effective_sample_size": frame.effective_size,
        "log_probability_bits": None if total is None else total / NATS_PER_BIT,
    }


def _text(out: str, request: InpaintingRequest, facts: dict[str, object]) -> str:
    parts = f"{facts['inpainted']} of {request.mask.size} entries inpainted"
    line = f"{out}: {request.count} samples, {parts}, seed {request.seed}; {SAMPLER_TEXTS[request.weighted]}"
    line += f", known entries {KNOWN_MODE_TEXTS[request.known_mode, request.effective_timing == 'twisted']}"
    if facts["resample_times"]:
        line += f", resampled {facts['resample_times']} x"
    if not request.weighted:
        return f"{line}\nThese are not draws from the posterior; those of --weighted approach it."
    size, bits = facts["effective_sample_size"], facts["log_probability_bits"]
    return f"{line}\neffective sample size {size:.1f}, log2 p(known) = {bits:.4f} bits, model units"
