"""A report of one model's measurements: one HTML file without links, which says how to make it again."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jinja2
import torch

from core import __version__
from core.model import DiffusionModel
from core.reports.facts import facts_of
from core.reports.plots import plots_of
from core.values.checkpoints import Checkpoint
from core.values.ledger import ledger_of
from core.values.measurements import WITH_NOISE, examples_in_words
from core.values.work import Measured

MINUS = "\N{MINUS SIGN}"


class Row(NamedTuple):
    """One line of the table of numbers: its name, its value as written, and its unit and what it is of."""

    name: str
    value: str
    words: str


class Origin(NamedTuple):
    """Where the numbers of a report come from.

    Attributes:
        path: The checkpoint's file.
        sha256: The SHA-256 of that file.
        seed: Seed of the measurements.
        threads: Threads of the measurements; the last digits of sums may depend on them.
        command: The command that makes the report again.
    """

    path: str
    sha256: str
    seed: int
    threads: int
    command: str


def report_of(checkpoint: Checkpoint, model: DiffusionModel, measured: Measured, origin: Origin) -> str:
    """Return the report as the text of an HTML file.

    Args:
        checkpoint: What was read from the file.
        model: The model that was measured.
        measured: What was measured.
        origin: Where the numbers come from.
    """
    # Titles and paths come from strangers: all text is escaped, but for the drawings, which are the program's own.
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((Path(__file__).parent / "template.html").read_text(encoding="utf-8"))
    return template.render(
        title=checkpoint.title or Path(origin.path).name,
        description=_description(checkpoint),
        unit=f"bits per {measured.bound.unit}",
        rows=_rows(measured),
        ledger=[
            {"name": term.name, "value": _number(term.value), "total": _number(term.total)}
            for term in ledger_of(measured.bound)
        ],
        plots=list(plots_of(measured, model.process)),
        command=origin.command,
        origin=[
            ("file", origin.path),
            ("SHA-256 of the file", origin.sha256),
            ("seed", origin.seed),
            ("threads", origin.threads),
            ("dpm-gui", __version__),
            ("torch", torch.__version__),
            ("Python", platform.python_version()),
            ("processor", platform.machine()),
        ],
        facts=facts_of(measured),
    )


def _description(checkpoint: Checkpoint) -> str:
    shape = " × ".join(map(str, checkpoint.data.shape))
    weights = sum(weight.size for weight in checkpoint.network.weights.values())
    process, network = checkpoint.kind, checkpoint.network.kind
    return f"{process} process, T = {checkpoint.steps}; states {shape}; network {network}, {weights} numbers"


def _rows(measured: Measured) -> Sequence[Row]:
    bound, unit = measured.bound, f"bits per {measured.bound.unit}"
    examples = examples_in_words(bound.count, bound.measured_on) + (f", {WITH_NOISE}" if bound.noise_added else "")
    rows = [
        Row("K", _number(bound.k, bound.standard_error), f"{unit}, on {examples}"),
        Row("null model", _number(bound.null), unit),
        Row("gain over null", _number(bound.gain, bound.standard_error), unit),
    ]
    if measured.limit is not None:
        words = f"{unit}: K of the best kernels of this family, on the same examples"
        rows.append(Row("limit of K", _number(measured.limit.k, measured.limit.standard_error), words))
    if bound.truth is not None:
        rows.append(Row("true value", _number(bound.truth, bound.truth_standard_error), f"{unit}: E log₂ q(x¹)"))
    if bound.bits_per_dimension is not None:
        rows.append(Row("code length", _number(bound.bits_per_dimension), "bits per 8-bit value, which K implies"))
    if measured.work is not None:
        work, words = measured.work, f"bits per sample, {measured.work.work.shape[1]} paths from each point"
        points = examples_in_words(len(work.work), work.measured_on)
        for name, found in (("mean of log₂ w", work.mean_bound), ("Jarzynski's estimate", work.mean_likelihood)):
            rows.append(Row(name, _number(found.value, found.standard_error), f"{words}, on {points}"))
    if measured.crooks is not None:
        crossing = measured.crooks.crossing
        words = f"bits per sample, {len(measured.crooks.forward)} paths each way; 0 by Crooks' relation"
        rows.append(Row("crossing of Ω", _number(crossing.value, crossing.standard_error), words))
    return rows


def _number(value: float, error: float | None = None) -> str:
    text = f"{value:.4f}".replace("-", MINUS)
    return text if error is None else f"{text} ± {error:.4f}"
