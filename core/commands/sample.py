"""`dpm sample`: draws samples into an array, a table, an image or a folder of images, and their chains into HDF5."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

from core.commands.common import named_as_options, open_model, with_progress
from core.errors import BadInputError
from core.runtime.devices import check_disk
from core.runtime.files import check_output_path
from core.values.runs import SPACINGS, Frame, RunSpec, SamplingProgress, Strided

if TYPE_CHECKING:
    from core.formats.recordings.recording import TrajectoryRecording
    from core.model import DiffusionModel


OPTIONS = {"steps": "--strided", "deterministic": "--deterministic", "spacing": "--spacing"}
"""Options by the names of what they set in a strided chain."""


def sample(options: argparse.Namespace) -> int:
    """Draw samples and save them in user's units, a part at a time; if asked to, with every frame of their chains."""
    from core.formats.writing.samples import bytes_of, check_samples_path, sample_writer
    from core.sampling.strided import moves
    from core.sampling.trajectories import samples

    folder, strided = check_samples_path(options.out, "--out"), _strided(options)
    spec = RunSpec(count=options.count, seed=options.seed)
    _, model = open_model(options.file)
    spec.check()
    with named_as_options(OPTIONS):
        steps = len(moves(model.process, model.steps, strided)[0]) - 1
    check_disk(bytes_of(options.out, model.data, spec.count), folder, options.out)
    with ExitStack() as files:
        writer = files.enter_context(sample_writer(options.out, model.data, model.process.kind, spec.count))
        drawn = samples(model, spec, strided)
        if options.trajectory is not None:
            drawn = _recorded(model, spec, files.enter_context(_recording(options, model)))
        for value in with_progress(drawn, "sampling"):
            if value.x is not None:
                writer.write(model.data.to_user(value.x))
    kind = "a deterministic" if options.deterministic else "an"
    note = "" if strided is None else f", {kind} approximation in {steps} of {model.steps} steps"
    drawn_as = (
        f"{spec.count} {'sample' if spec.count == 1 else 'samples'} of shape {model.data.shape}, seed {spec.seed}{note}"
    )
    print(f"{options.out}: {drawn_as}; {writer.summary()}")
    if options.trajectory is not None:
        print(f"{options.trajectory}: their chains, frames 0 ... {steps}, an HDF5 file")
    return 0


def _strided(options: argparse.Namespace) -> Strided | None:
    if options.strided is not None and options.trajectory is not None:
        raise BadInputError("--trajectory: it holds every step of the chain; leave --strided out")
    if options.strided is not None:
        return Strided(options.strided, options.spacing or SPACINGS[0], options.deterministic)
    for name in ("deterministic", "spacing"):
        if getattr(options, name):
            raise BadInputError(f"--{name}: it is for --strided alone; give --strided STEPS too")
    return None


def _recording(options: argparse.Namespace, model: DiffusionModel) -> TrajectoryRecording:
    """Return the recording of all frames in a file, which takes its name once all are written."""
    from core.formats.recordings.recording import make

    check_output_path(options.trajectory, ".h5", "--trajectory")
    size = model.steps, options.count, model.data.shape, model.process.kind
    return make(*size, file=options.trajectory, numbers=model.data.user_type)


def _recorded(model: DiffusionModel, spec: RunSpec, recording: TrajectoryRecording) -> Iterator[SamplingProgress]:
    """Record every frame of the chains in user's units, and yield the samples with the last one."""
    from core.sampling.trajectories import reverse

    for frame in reverse(model, spec):
        recording.add(Frame(frame.t, model.data.to_user(frame.x)))
        yield SamplingProgress(model.steps + 1 - frame.t, model.steps + 1, frame.x if frame.t == 0 else None)
