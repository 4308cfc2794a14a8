"""A label that says less where there is less room."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from dpm_gui.views.widgets.labels import ElidedLabel

TEXTS = ("1000: 64 futures of denoised point 8426", "1000: 64 futures of point 8426", "1000: 64 futures")


@pytest.fixture
def label(qtbot: QtBot) -> ElidedLabel:
    made = ElidedLabel(None)
    qtbot.addWidget(made)
    made.set_texts(*TEXTS)
    return made


@pytest.mark.parametrize("text", TEXTS)
def test_the_longest_text_that_fits_is_shown_and_all_of_it_can_be_read(label: ElidedLabel, text: str) -> None:
    label.resize(label.fontMetrics().horizontalAdvance(text), 20)
    assert (label.shown_text(), label.text()) == (text, TEXTS[0])


def test_where_no_text_fits_the_shortest_is_elided(label: ElidedLabel) -> None:
    label.resize(label.fontMetrics().horizontalAdvance("1000: 64 fut…"), 20)
    assert label.shown_text().startswith("1000: 64 f")
    assert label.shown_text().endswith("…")


def test_a_text_without_shorter_ones_forgets_those_before(label: ElidedLabel) -> None:
    label.set_texts("t = 17")
    label.resize(1000, 20)
    assert label.shown_text() == "t = 17"


def test_the_first_number_counts_on_without_a_change_of_the_words(label: ElidedLabel) -> None:
    label.resize(label.fontMetrics().horizontalAdvance(TEXTS[1]), 20)
    for number in ("1", "17", "999"):
        label.set_texts(*(text.replace("1000", number) for text in TEXTS))
        assert label.shown_text() == TEXTS[1].replace("1000", number)
