"""The panel of options: folded until somebody asks how it is inpainted, with what differs in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from dpm_gui.desktop.preferences import Preferences
from dpm_gui.paint.inpainting.options import DEFAULT_SEQUENCE_OPTIONS, InpaintOptions
from dpm_gui.paint.inpainting.panel import InpaintPanel


@pytest.fixture
def how() -> QAction:
    action = QAction("How it is inpainted")
    action.setCheckable(True)
    return action


def test_how_it_is_inpainted_is_folded_and_samples_and_run_are_at_hand(how: QAction, qtbot: QtBot) -> None:
    panel = InpaintPanel(QAction("Run now"), how)
    qtbot.addWidget(panel)
    panel.show()
    hidden = [panel.known_mode, panel.draws, panel.resample_times, panel.start, panel.soft]
    assert panel.count.isVisible()
    assert panel.automatic.isVisible()
    assert not any(each.isVisible() for each in hidden)
    how.setChecked(True)
    assert all(each.isVisible() for each in hidden)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (InpaintOptions(), "defaults"),
        (InpaintOptions(count=9, automatic=False), "defaults"),
        (InpaintOptions(known_mode="clean", start=40), "known pixels clean, from t = 40"),
        (InpaintOptions(weighted=True, particles=128), "128 weighted particles"),
        (InpaintOptions(resample_times=7, soft=True), "greys as confidence, RePaint resampling 7"),
    ],
)
def test_the_heading_says_what_differs_from_the_defaults(
    options: InpaintOptions, text: str, how: QAction, qtbot: QtBot
) -> None:
    panel = InpaintPanel(QAction("Run now"), how)
    qtbot.addWidget(panel)
    panel.set_steps(100)
    panel.show_options(options)
    assert panel.differences.text() == text


def test_the_defaults_of_sequences_are_others(how: QAction, qtbot: QtBot) -> None:
    panel = InpaintPanel(QAction("Run now"), how, noun="bits")
    qtbot.addWidget(panel)
    panel.show_options(DEFAULT_SEQUENCE_OPTIONS)
    assert panel.differences.text() == "defaults"
    panel.show_options(replace(DEFAULT_SEQUENCE_OPTIONS, weighted=False))
    assert panel.differences.text().startswith("reverse kernels")


def test_whether_it_is_unfolded_is_remembered(settings: QSettings) -> None:
    assert not Preferences(settings).how_shown
    Preferences(settings).how_shown = True
    assert Preferences(settings).how_shown
