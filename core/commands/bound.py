"""`dpm bound`: K, term by term; the limit of K; the entropies of each step; the work of paths; Crooks' relation."""

from __future__ import annotations

import argparse
import json

from core.commands.bound_text import text_of
from core.commands.common import open_model
from core.commands.measuring import check_options, measure
from core.reports.facts import facts_of


def bound(options: argparse.Namespace) -> int:
    """Measure K and the other quantities asked for; print them as text or as one JSON object."""
    check_options(options)
    _, model = open_model(options.file)
    measured, given = measure(model, options)
    if options.json:
        read = {} if given is None else {"data": given.interpreted_as}
        print(json.dumps(facts_of(measured) | read))
    else:
        lines = [] if given is None else [given.sentence]
        print(*lines, text_of(measured, options.data), sep="\n")
    return 0
