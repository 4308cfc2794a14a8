"""`dpm report`: what can be measured of a model, with plots, in one HTML file."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable

from core.commands.common import open_model
from core.commands.measuring import check_options, measure
from core.errors import BadInputError
from core.runtime.assets import find_model
from core.runtime.files import atomic_path, check_output_path
from core.values.runs import RunSpec


def report(options: argparse.Namespace) -> int:
    """Measure K, its limit, the entropies, the work of paths and Crooks' relation as far as they are known."""
    check_output_path(options.out, ".html", "--out")
    check_options(options)
    path, _ = find_model(options.file)
    checkpoint, model = open_model(options.file)
    from core.data.sources import KnownSource
    from core.formats.recordings.cache import sha256_of
    from core.measurement.crooks import known_source
    from core.measurement.true_entropies import true_marginal_entropy
    from core.reports.page import Origin, report_of

    options.limit = isinstance(model.source, KnownSource)
    options.crooks = _succeeds(lambda: known_source(model))
    options.entropies = _succeeds(lambda: true_marginal_entropy(model, model.steps))
    measured, given = measure(model, options)
    words = ["dpm", "report", options.file, "--out", options.out, "--seed", str(options.seed)]
    words += ["--count", str(options.count), "--work", str(options.work), "--points", str(options.points)]
    if given is not None:
        words += ["--data", options.data]
    threads = RunSpec().threads
    origin = Origin(str(path), sha256_of(path), options.seed, threads, shlex.join(words))
    text = report_of(checkpoint, model, measured, origin)
    with atomic_path(options.out) as part:
        part.write_text(text, encoding="utf-8")
    print(f"{options.out}: a report of {options.file}, HTML; K {measured.bound.k:.4f} bits per {measured.bound.unit}")
    return 0


def _succeeds(compute: Callable[[], object]) -> bool:
    """Return whether ``compute`` knows what it needs of the data."""
    try:
        compute()
    except BadInputError:
        return False
    return True
