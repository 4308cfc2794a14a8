"""`dpm inpaint`: inpaints the masked entries of an example, or of each image in a folder."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.commands.common import last, named_as_options, open_model, with_progress_bar
from core.commands.inpainting_requests import read_image, read_request, request_of_spec
from core.errors import BadInputError, OutputError
from core.formats.writing.images import is_folder
from core.formats.writing.samples import bytes_of, check_samples_path, sample_writer
from core.runtime.devices import check_disk
from core.runtime.files import check_output_path
from core.values.inpainting import KNOWN_MODE_TEXTS, InpaintingFrame, InpaintingRequest
from core.values.measurements import NATS_PER_BIT

if TYPE_CHECKING:
    from core.formats.reading.pairs import ImagePair
    from core.model import DiffusionModel

SAMPLER_TEXTS = {False: "the paper's kernels", True: "weighted particles"}
OPTIONS = {
    "known_mode": "--known", "resample_times": "--resample", "timing": "--timing", "start": "--start",
    "particles": "--particles", "count": "--count", "seed": "--seed",
}  # fmt: skip
"""Options by the names of what they set in a request."""
LISTED = 3
"""Most images that are named as left out."""


def inpaint(options: argparse.Namespace) -> int:
    """Inpaint the unknown entries of an example, or of each image in a folder, and save the results."""
    with named_as_options(OPTIONS):
        return _inpaint(options)


def _inpaint(options: argparse.Namespace) -> int:
    check_samples_path(options.out, "--out")
    if options.save_spec is not None:
        check_output_path(options.save_spec, ".npz", "--save-spec")
    if options.spec is None and options.image is None:
        raise BadInputError("--image: it is missing; give --image, or --spec with an image and a mask in it")
    _, model = open_model(options.file)
    if options.image is not None and options.spec is None and _is_image_folder(options.image, model):
        return _inpaint_folder(options, model)
    read = request_of_spec(options) if options.spec is not None else read_request(options, model)
    facts, summary = _inpaint_one(options, model, read.request, options.out)
    if options.json:
        print(json.dumps(read.facts | facts | {"format": summary}))
        return 0
    print(*read.sentences, _text(options.out, read.request, facts, summary), sep="\n")
    if options.save_spec is not None:
        print(f"{options.save_spec}: the request, an npz file")
    return 0


def _is_image_folder(path: str, model: DiffusionModel) -> bool:
    return Path(path).is_dir() and model.data.is_image and model.process.kind == "gaussian"


def _inpaint_one(
    options: argparse.Namespace, model: DiffusionModel, request: InpaintingRequest, out: str, label: str = "inpainting"
) -> tuple[dict[str, object], str]:
    """Inpaint ``request``, write its results to ``out``, and return the facts and the format."""
    from core.posterior.inpainting import inpaint as frames_of
    from core.posterior.inpainting import model_for, spec_of

    spec_of(model, request)
    data = model_for(model, request.image.shape).data
    dtype = np.result_type(request.image.dtype, np.float32)
    check_disk(bytes_of(out, data, request.count), Path(out).absolute().parent, out)
    with sample_writer(out, data, model.process.kind, request.count, dtype) as writer:
        if options.save_spec is not None:
            from core.formats.requests import save_request

            save_request(request, options.save_spec)
        frames = with_progress_bar(frames_of(model, request), label, (request.start or model.steps) + 1)
        frame = last(frames)
        writer.write(np.asarray(frame.images))
    return _facts(request, frame), writer.summary()


def _inpaint_folder(options: argparse.Namespace, model: DiffusionModel) -> int:
    """Inpaint each image of a folder, and write each into a folder as soon as it is done."""
    from core.formats.reading.pairs import image_pairs

    if not is_folder(options.out):
        raise BadInputError(f"--out: {options.out}: results of a folder of images go into a folder; end its name in /")
    if options.save_spec is not None:
        raise BadInputError("--save-spec: it holds one request; leave it out, or give one image")
    pairs, left_out = _readable(options, model, image_pairs(options.image, options.mask))
    made: list[dict[str, object]] = []
    for number, pair in enumerate(pairs, start=1):
        read = read_request(options, model, pair)
        out = _result_path(options.out, pair, read.request.count)
        label = f"inpainting {number} of {len(pairs)}"
        facts, summary = _inpaint_one(options, model, read.request, out, label)
        made.append({"out": out} | read.facts | facts | {"format": summary})
        if not options.json:
            print(f"{out}: {facts['inpainted']} of {read.request.mask.size} entries inpainted; {summary}", flush=True)
    if options.json:
        print(json.dumps({"images": made, "left_out": left_out}))
        return 0
    count = "one image" if len(pairs) == 1 else f"{len(pairs)} images"
    print(f"{options.out}: results of {count}, seed {made[0]['seed']}{_left_out_text(left_out)}")
    return 0


def _readable(
    options: argparse.Namespace, model: DiffusionModel, pairs: list[ImagePair]
) -> tuple[list[ImagePair], list[str]]:
    """Return the pairs whose image can be inpainted, and why the others cannot; masks must fit before any work."""
    found, left_out = [], []
    for pair in pairs:
        try:
            given = read_image(options, model, pair)
        except BadInputError as error:
            left_out.append(str(error))
            continue
        read_request(options, model, pair, given)
        found.append(pair)
    if not found:
        raise BadInputError(f"{options.image}: none of its files can be inpainted; {left_out[0]}")
    return found, left_out


def _result_path(folder: str, pair: ImagePair, count: int) -> str:
    """Return where the results of ``pair`` go: a PNG file, or a folder with one for each; its parents are made."""
    found = Path(folder) / pair.name
    try:
        found.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{found.parent}: {error.strerror}") from error
    return f"{found}.png" if count == 1 else f"{found}/"


def _left_out_text(left_out: list[str]) -> str:
    if not left_out:
        return ""
    more = f"; and {len(left_out) - LISTED} more" if len(left_out) > LISTED else ""
    return f"; {len(left_out)} left out: {'; '.join(left_out[:LISTED])}{more}"


def _facts(request: InpaintingRequest, frame: InpaintingFrame) -> dict[str, object]:
    total, mask = frame.log_probability, request.mask
    ignored = request.ignored
    return {
        "count": request.count,
        "shape": list(mask.shape),
        "seed": request.seed,
        "known": int((~mask).sum()),
        "partly_known": int((mask & ~ignored).sum()),
        "inpainted": int(mask.sum()),
        "known_mode": request.known_mode,
        "resample_times": 0 if ignored.all() else request.effective_resample_times,
        "timing": request.effective_timing,
        "weighted": request.weighted,
        "particles": request.chain_count,
        "start": request.start,
        "effective_sample_size": frame.effective_size,
        "log_probability_bits": None if total is None else total / NATS_PER_BIT,
    }


def _text(out: str, request: InpaintingRequest, facts: dict[str, object], summary: str) -> str:
    samples = "1 sample" if request.count == 1 else f"{request.count} samples"
    parts = f"{facts['inpainted']} of {request.mask.size} entries inpainted"
    if facts["partly_known"]:
        parts += f", {facts['partly_known']} of them known in part"
    line = f"{out}: {samples}, {parts}, seed {request.seed}; {SAMPLER_TEXTS[request.weighted]}"
    line += f", known entries {KNOWN_MODE_TEXTS[request.known_mode, request.effective_timing == 'twisted']}"
    if facts["resample_times"]:
        line += f", resampled {facts['resample_times']} x"
    line += f"; {summary}"
    if not request.weighted:
        return f"{line}\nThese are not draws from the posterior; those of --weighted approach it."
    size, bits = facts["effective_sample_size"], facts["log_probability_bits"]
    return f"{line}\neffective sample size {size:.1f}, log2 p(known) = {bits:.4f} bits, model units"
