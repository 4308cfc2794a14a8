"""Reports: every number with its unit, no link outside, text of strangers escaped, and the facts of `dpm bound`."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from core.model import DiffusionModel
from core.reports.facts import facts_of
from core.reports.page import Origin, report_of
from core.values.checkpoints import Checkpoint
from core.values.work import Measured
from tests.support.window_values import make_bound, make_checkpoint

STEPS = 5
ORIGIN = Origin("roll.h5", "0" * 64, 17, 1, "dpm report roll.h5 --out r.html")
KL = np.linspace(0.1, 0.2, STEPS - 1)
MEASURED = Measured(
    make_bound(
        STEPS,
        kl=KL,
        kl_standard_error=0.1 * KL,
        entropy_upper=np.arange(1.0, STEPS + 1),
        model_entropy=np.arange(1.0, STEPS + 1) - 0.1,
        model_entropy_standard_error=np.full(STEPS, 0.01),
    ),
    true_entropies=np.concatenate([[-np.inf], np.arange(2.0, STEPS + 1) - 0.2]),
)


class Elements(HTMLParser):
    """Collects the attributes and counts the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "xlink:href") and value]


def report(checkpoint: Checkpoint | None = None, measured: Measured = MEASURED, origin: Origin = ORIGIN) -> str:
    from core.model import model_from

    checkpoint = make_checkpoint(STEPS) if checkpoint is None else checkpoint
    model: DiffusionModel = model_from(checkpoint, "small.h5")
    return report_of(checkpoint, model, measured, origin)


@pytest.fixture(scope="module")
def page() -> str:
    return report()


def test_it_needs_nothing_from_outside(page: str) -> None:
    elements = Elements()
    elements.feed(page)
    assert all(link.startswith("#") for link in elements.links)
    assert "@import" not in page
    assert elements.names.count("svg") == elements.names.count("figure") >= 6


def test_the_facts_are_those_of_the_command(page: str) -> None:
    found = re.search(r'<script type="application/json" id="facts">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    assert json.loads(found.group(1)) == json.loads(json.dumps(facts_of(MEASURED)))


def test_it_says_how_to_make_it_again(page: str) -> None:
    for text in (ORIGIN.command, ORIGIN.sha256, "seed", "torch"):
        assert text in page


def test_numbers_say_what_they_are_of(page: str) -> None:
    assert "−0.8614 ± 0.0157" in page
    assert "bits per sample, on 12345 held-out examples" in page


def test_text_of_a_stranger_is_no_markup() -> None:
    checkpoint = dataclasses.replace(make_checkpoint(STEPS), title="<script>alert(1)</script>")
    page = report(checkpoint, origin=ORIGIN._replace(path='"><img src=http://x>'))
    assert "<script>alert" not in page
    assert "<img" not in page


def test_equal_measurements_give_equal_pages(page: str) -> None:
    assert report() == page
