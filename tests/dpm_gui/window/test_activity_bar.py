"""The status bar's content: what is done, how far it is, how long it takes yet, and how to stop it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from dpm_gui.jobs.tasks import Activity
from dpm_gui.views.widgets.labels import ElidedLabel
from dpm_gui.window.activity_bar import ActivityBar
from tests.support.geometry import watched_geometry


@pytest.fixture
def stop(qapp: object) -> QAction:
    return QAction("Stop")


@pytest.fixture
def bar(stop: QAction, qtbot: QtBot) -> ActivityBar:
    made = ActivityBar(stop)
    made.resize(900, made.height())
    qtbot.addWidget(made)
    made.show()
    return made


def progress(bar: ActivityBar) -> QProgressBar:
    first, _ = bar.findChildren(QProgressBar)
    return first


def said(bar: ActivityBar) -> list[str]:
    """All that can be read in the bar, from left to right."""
    return [label.text() for label in bar.findChildren(QLabel) if label.isVisible() and label.text()]


def test_at_rest_there_is_one_sentence_and_nothing_to_stop(bar: ActivityBar) -> None:
    bar.show_activities([Activity("Sampling", 3, 12, 5.0, True)])
    bar.show_idle("Ready")
    assert said(bar) == [bar.text] == ["Ready"]
    assert not progress(bar).isVisible()
    assert not stop_buttons(bar)


def test_an_activity_says_what_how_far_and_how_long(bar: ActivityBar) -> None:
    bar.show_activities([Activity("Sampling 200 points", 3, 12, 4.4, True)])
    assert said(bar) == ["Sampling 200 points · step 3 of 12", "4 s left"]
    assert (progress(bar).minimum(), progress(bar).value(), progress(bar).maximum()) == (0, 3, 12)
    assert progress(bar).isVisible()


def test_a_new_value_paints_nothing_at_once(bar: ActivityBar, qtbot: QtBot) -> None:
    painted: list[bool] = []

    class Probe(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            painted.append(True)

    bar.show_activities([Activity("Sampling", 1, 12, 5.0, True)])
    probe = Probe(bar)
    probe.setGeometry(bar.rect())
    probe.show()
    QApplication.processEvents()
    painted.clear()
    probe.update()
    bar.show_activities([Activity("Sampling", 9, 12, 2.0, True)])
    assert not painted
    qtbot.waitUntil(lambda: bool(painted))


def test_where_nobody_knows_how_far_it_is_the_bar_is_busy_and_no_time_is_guessed(bar: ActivityBar) -> None:
    bar.show_activities([Activity("Opening roll.h5", 0, 0, None, False)])
    assert said(bar) == ["Opening roll.h5"]
    assert (progress(bar).minimum(), progress(bar).maximum()) == (0, 0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1 s"),
        (0.4, "1 s"),
        (12.5, "12 s"),
        (59.4, "59 s"),
        (60.0, "1 min"),
        (89.0, "1 min"),
        (91.0, "2 min"),
        (3540.0, "59 min"),
        (3600.0, "1 h 0 min"),
        (5400.0, "1 h 30 min"),
    ],
)
def test_the_time_left_is_said_in_the_unit_that_fits(bar: ActivityBar, seconds: float, text: str) -> None:
    bar.show_activities([Activity("Measuring K", 1, 40, seconds, True)])
    assert said(bar)[-1] == f"{text} left"


def stopping(text: str, stopped: list[str]) -> Activity:
    return Activity(text, 3, 12, 5.0, True, lambda: stopped.append(text))


def stop_buttons(bar: ActivityBar) -> list[QToolButton]:
    return [button for button in bar.findChildren(QToolButton) if button.text() == "Stop" and button.isVisible()]


def test_the_button_stops_its_own_activity_and_is_there_only_where_it_can(bar: ActivityBar) -> None:
    stopped: list[str] = []
    bar.show_activities([Activity("Opening roll.h5", 0, 0, None, False)])
    assert not stop_buttons(bar)
    bar.show_activities([stopping("Sampling", stopped), stopping("Measuring K", stopped)])
    for button in reversed(stop_buttons(bar)):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert stopped == ["Measuring K", "Sampling"]


def test_a_third_activity_and_more_are_named_in_a_menu_that_stops_them(bar: ActivityBar) -> None:
    stopped: list[str] = []
    names = ["Sampling", "Measuring K", "Writing roll.gif", "Saving mask.png"]
    bar.show_activities([*(stopping(name, stopped) for name in names[:3]), Activity(names[3], 0, 0, None, False)])
    (more,) = [button for button in bar.findChildren(QToolButton) if button.text() == "+2"]
    assert more.isVisible()
    film, saving = more.menu().actions()
    assert (film.text(), saving.text()) == ("Stop: Writing roll.gif", "Saving mask.png")
    assert not saving.isEnabled()
    film.trigger()
    assert stopped == ["Writing roll.gif"]
    bar.show_activities([stopping("Sampling", stopped)])
    assert not more.isVisible()


def test_a_narrow_bar_names_one_activity_and_the_others_in_the_menu(bar: ActivityBar) -> None:
    bar.resize(500, bar.height())
    bar.show_activities([Activity(name, 0, 0, None, False) for name in ("Sampling", "Saving mask.png")])
    assert said(bar) == ["Sampling"]
    (more,) = [button for button in bar.findChildren(QToolButton) if button.text() == "+1" and button.isVisible()]
    assert [action.text() for action in more.menu().actions()] == ["Saving mask.png"]
    bar.resize(900, bar.height())
    assert said(bar) == ["Sampling", "Saving mask.png"]
    assert not more.isVisible()


def test_beginning_and_end_of_activities_move_nothing(bar: ActivityBar, qtbot: QtBot) -> None:
    bar.resize(900, bar.height())
    one, three = stopping("Sampling", []), [stopping(f"Sampling {number}", []) for number in range(3)]
    for show in (lambda: bar.show_activities([one]), lambda: bar.show_idle("Ready")):
        show()
        qtbot.wait(20)
    with watched_geometry(bar) as changes:
        bar.show_activities([one])
        qtbot.wait(20)
        bar.show_activities(three)
        qtbot.wait(20)
        bar.show_activities([Activity("Opening roll.h5", 0, 0, None, False)])
        qtbot.wait(20)
        bar.show_idle("Saved /a/very/long/path/to/a/mask.png: PNG image")
        qtbot.wait(20)
    assert changes == []


def test_a_long_sentence_is_cut_off_and_read_in_the_tool_tip(bar: ActivityBar) -> None:
    bar.show_idle("Ready")
    least = bar.minimumSizeHint().width()
    bar.show_idle("An image of very many pixels was read. " * 20)
    assert bar.minimumSizeHint().width() == least
    assert bar.text in [label.toolTip() for label in bar.findChildren(QLabel)]


def test_a_screen_reader_is_told_what_the_bar_is(bar: ActivityBar) -> None:
    assert progress(bar).accessibleName() == "Progress"


SHIPPED = [
    Activity("Sampling 64 images", 800, 1000, 16_000.0, True),
    Activity("Sampling 48 more images", 1000, 1000, 3.0, True),
    Activity("Sampling 10 000 points", 40, 40, 3.0, True),
    Activity("Sampling 2 000 sequences", 2000, 2000, 86_000.0, True),
    Activity("Measuring K", 300, 1000, 90.0, True),
]


@pytest.mark.parametrize("activity", SHIPPED, ids=lambda activity: activity.text)
def test_all_that_is_said_of_a_shipped_model_has_room_beside_another(bar: ActivityBar, activity: Activity) -> None:
    bar.resize(905, bar.height())  # as in a window of 1280 pixels that offers the tour
    bar.show_activities([activity, Activity("Paused: Sampling 64 images", 80, 1000, None, True)])
    texts = [label for label in bar.findChildren(ElidedLabel) if label.isVisible()]
    assert [label.shown_text() for label in texts] == [
        f"{activity.text} · step {activity.done} of {activity.total}",
        "Paused: Sampling 64 images",
    ]


def test_where_there_is_less_room_the_numbers_stay_whole(bar: ActivityBar) -> None:
    shown = {}
    for width in (600, 480, 400, 330):
        bar.resize(width, bar.height())
        QTest.qWait(1)
        bar.show_activities([Activity("Sampling 64 images", 8, 1000, 5.0, True)])
        (label,) = [label for label in bar.findChildren(ElidedLabel) if label.isVisible()]
        shown[width] = label.shown_text()
    assert shown[600] == "Sampling 64 images · step 8 of 1000"
    assert all(text.endswith("8 of 1000") for text in shown.values())
    assert len(set(shown.values())) > 2
    assert bar.text == "Sampling 64 images · step 8 of 1000"


def test_the_words_do_not_change_as_the_numbers_grow(bar: ActivityBar) -> None:
    for width in range(330, 620, 20):
        bar.resize(width, bar.height())
        QTest.qWait(1)
        said_first = []
        for done in (1, 1000):
            bar.show_activities([Activity("Sampling 64 images", done, 1000, 5.0, True)])
            (label,) = [label for label in bar.findChildren(ElidedLabel) if label.isVisible()]
            said_first.append(label.text().replace(f"{done} of", "n of"))
        assert said_first[0] == said_first[1]
