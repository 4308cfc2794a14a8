"""The ledger on the screen: its rows, its bands, and what is copied of it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.values.measurements import Bound
from dpm_gui.measure.ledger_view import NAME, NUMBER, LedgerView
from tests.support.window_values import make_bound

STEPS = 40
KL = np.linspace(0.1, 0.3, STEPS - 1)


def bound() -> Bound:
    return make_bound(STEPS, kl=KL, k=1.0 + 2.0 - 4.0 - float(KL.sum()), kl_standard_error=0.01 * KL)


@pytest.fixture
def view(qtbot: QtBot) -> LedgerView:
    made = LedgerView()
    qtbot.addWidget(made)
    made.resize(360, 400)
    made.show()
    made.show_ledger(bound(), make_bound(STEPS, k=-0.5))
    return made


def names(view: LedgerView) -> list[str]:
    return [row.text(NAME) for row in view._rows()]


def test_it_has_a_row_for_each_term_and_for_what_k_is_compared_with(view: LedgerView) -> None:
    assert names(view)[:3] == ["H(Xᵀ | X⁰)", "− H(X¹ | X⁰)", "− H(Xᵀ)"]
    assert names(view)[-5:] == ["K", "Null model", "Gain over null", "Limit of K", "True value"]


def test_a_band_opens_to_its_steps_and_a_step_is_chosen(view: LedgerView, qtbot: QtBot) -> None:
    band = view._rows()[3]
    assert not band.isExpanded()
    with qtbot.waitSignal(view.step_chosen) as chosen:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualItemRect(band).center())
    assert chosen.args == [2]
    assert band.isExpanded()
    third = band.child(2)
    assert third is not None
    assert third.text(NUMBER) == f"−{KL[2]:.4f} ± {0.01 * KL[2]:.4f}"


def test_bands_that_are_open_stay_open_as_numbers_come(view: LedgerView) -> None:
    view._rows()[4].setExpanded(True)
    view.show_ledger(bound(), None)
    assert [row.isExpanded() for row in view._rows()[3:6]] == [False, True, False]


def test_all_digits_are_copied(view: LedgerView) -> None:
    view._rows()[0].setSelected(True)
    view.setFocus()
    QTest.keySequence(view, "Ctrl+C")
    assert QGuiApplication.clipboard().text() == "H(Xᵀ | X⁰)\t1.0"
    view.clearSelection()
    assert view.copied().splitlines()[-2] == "Limit of K\t-0.5"


def test_nothing_is_shown_before_k_is_measured(view: LedgerView) -> None:
    view.show_ledger(None, None)
    assert names(view) == []
