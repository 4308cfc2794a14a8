"""The content of the status bar: everything that is being done, each with its progress and its stop button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QProgressBar, QSizePolicy, QToolButton, QWidget

from dpm_gui.desktop.reasons import disable_if
from dpm_gui.desktop.theme import scaled_to_text
from dpm_gui.jobs.tasks import Activity
from dpm_gui.views.widgets.labels import ElidedLabel, RoomyLabel

BAR_WIDTHS = (56, 32)
SHARES = (16, 9)
"""Widths of the progress bars of both activities in pixels, and their shares of the room."""
WIDE, LEAST_WIDTH = 800, 240
"""Widths in pixels: from which two activities fit, at usual text; and the least."""
MARGINS = 10
"""Pixels above and below a line of text, together."""
CANNOT_STOP = "it cannot be stopped; it ends by itself"
WIDEST_TIMES = ("59 min left", "23 h 59 min left")
LEAST_TEXT, SPACING = "8888 of 8888", 8


class ActivityBar(QWidget):
    """Shows two activities side by side and the others in a menu, or a text while there is none.

    Every part keeps its place, whether it is shown or not: the beginning and the end of an activity move nothing.

    Args:
        stop: The command that stops everything; its text and icon are those of the buttons that stop one activity.
        parent: Qt's owner.
    """

    def __init__(self, stop: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wide = True
        self._activities: tuple[Activity, ...] = ()
        self._idle = ElidedLabel(self)
        self._idle.setContentsMargins(8, 0, 8, 0)
        busy = QWidget(self)
        self._first = _ActivityPlace(stop, BAR_WIDTHS[0], busy)
        self._second = _ActivityPlace(stop, BAR_WIDTHS[1], busy, brief=True)
        self._more = QToolButton(busy)
        self._more.setText("+1")
        self._more.setAutoRaise(True)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMinimumWidth(self.fontMetrics().horizontalAdvance("+88") + 24)
        self._more.setToolTip("What else is being done, and how to stop it")
        self._more.setMenu(QMenu(self._more))
        self._more.menu().setToolTipsVisible(True)
        row = QHBoxLayout(busy)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(12)
        row.addWidget(self._first, SHARES[0])
        row.addWidget(self._second, SHARES[1])
        row.addWidget(self._more)
        for widget in (self._second, self._more):
            _keep_place(widget)
        self._busy = busy
        pages = QGridLayout(self)
        pages.setContentsMargins(0, 0, 0, 0)
        for page in (self._idle, busy):  # in one cell, and the one that is hidden is laid out, too
            _keep_place(page)
            pages.addWidget(page, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fix_height()
        self.show_idle("")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fix_height()

    @property
    def text(self) -> str:
        """The text shown: that of the first activity while there are any."""
        return self._first.text if self._idle.isHidden() else self._idle.text()

    def show_idle(self, text: str) -> None:
        """Show ``text`` and no progress."""
        self._activities = ()
        self._idle.setText(text)
        self._idle.setToolTip(text)
        self._show_page(self._idle)

    def show_activities(self, activities: Sequence[Activity]) -> None:
        """Show ``activities``, of which there is at least one, with their progress."""
        self._activities = tuple(activities)
        self._first.show_activity(activities[0])
        second = len(activities) > 1 and self._wide
        self._second.setVisible(second)
        if second:
            self._second.show_activity(activities[1])
        self._show_others(activities[2 if self._wide else 1 :])
        self._show_page(self._busy)

    def minimumSizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show one activity and a menu of the others where two do not fit."""
        super().resizeEvent(event)
        wide = event.size().width() >= scaled_to_text(self, WIDE)
        if wide != self._wide:
            self._wide = wide
            _keep_place(self._second, wide)
            if self._activities:
                self.show_activities(self._activities)

    def _fix_height(self) -> None:
        self.setFixedHeight(self.fontMetrics().height() + MARGINS)

    def _show_page(self, page: QWidget) -> None:
        for each in (self._idle, self._busy):
            each.setVisible(each is page)

    def _show_others(self, activities: Sequence[Activity]) -> None:
        self._more.setVisible(bool(activities))
        menu = self._more.menu()
        if menu.isVisible():  # what somebody is about to click stays
            return
        self._more.setText(f"+{max(len(activities), 1)}")
        self._more.setAccessibleName(f"{len(activities)} more activities")
        menu.clear()
        for activity in activities:
            action = menu.addAction(f"Stop: {activity.text}" if activity.can_stop else activity.text)
            disable_if(action, "" if activity.can_stop else CANNOT_STOP)
            if activity.stop is not None:
                action.triggered.connect(lambda _checked, stop=activity.stop: stop())


class _ActivityPlace(QWidget):
    """One activity: what is done, how far it is, how long it will take, and its stop button.

    Where the text has no room, it is said in fewer words, so that the numbers are whole; a narrow place has neither
    bar nor time.

    Args:
        stop: The command that stops everything.
        bar_width: Width of the progress bar.
        parent: Qt's owner.
        brief: Whether what is done is more important than how far it is, and the time left is not said.
    """

    def __init__(self, stop: QAction, bar_width: int, parent: QWidget, *, brief: bool = False) -> None:
        super().__init__(parent)
        self._activity: Activity | None = None
        self._stop_all, self._brief = stop, brief
        self._text = ElidedLabel(self)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._text.installEventFilter(self)
        self._bar = QProgressBar(self)
        self._bar.setFixedWidth(bar_width)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress")
        self._left = RoomyLabel(self, *WIDEST_TIMES)
        self._left.setVisible(not brief)
        self._stop = QToolButton(self)
        self._stop.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._stop.setText(stop.text())
        self._stop.clicked.connect(self._stop_activity)
        stop.changed.connect(self._show_icon)
        self._show_icon()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        row.addWidget(self._text, 1)
        for widget in (self._bar, self._left, self._stop):
            row.addWidget(widget)
        _keep_place(self._stop)

    @property
    def text(self) -> str:
        """All that is said of the activity; where it has no room, it is in the tool tip."""
        return "" if self._activity is None else _said(self._activity)[0]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = event.size().width() - self._stop.sizeHint().width() - self.fontMetrics().horizontalAdvance(LEAST_TEXT)
        left = 0 if self._brief else self._left.sizeHint().width() + SPACING
        self._left.setVisible(not self._brief and room >= left + SPACING)
        self._bar.setVisible(room >= left + self._bar.width() + 2 * SPACING)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say more or less when the text gets another width."""
        if event.type() == QEvent.Type.Resize:
            self._write()
        return super().eventFilter(watched, event)

    def show_activity(self, activity: Activity) -> None:
        """Show ``activity`` and its progress."""
        self._activity = activity
        self._write()
        self._text.setToolTip(self.text)
        self._bar.setUpdatesEnabled(False)  # or a new value has all that is out of date in the window painted at once
        self._bar.setRange(0, activity.total)
        self._bar.setValue(activity.done)
        self._bar.setUpdatesEnabled(True)
        self._left.setText("" if activity.seconds_left is None else f"{_time(activity.seconds_left)} left")
        self._stop.setVisible(activity.can_stop)
        self._stop.setToolTip(f"Stop this: {activity.text}")
        self._stop.setAccessibleName(f"Stop {activity.text}")

    def _write(self) -> None:
        """Say as much as there is room for."""
        if self._activity is None:
            return
        texts, at_end = _said(self._activity), _said(replace(self._activity, done=self._activity.total))
        if self._brief and len(texts) > 1:
            texts, at_end = ([said[0], self._activity.text, *said[1:]] for said in (texts, at_end))
        room, metrics = self._text.width(), self.fontMetrics()
        fits = (text for text, last in zip(texts, at_end, strict=True) if metrics.horizontalAdvance(last) <= room)
        self._text.setText(next(fits, texts[-1]))

    def _show_icon(self) -> None:
        self._stop.setIcon(self._stop_all.icon())

    def _stop_activity(self) -> None:
        if self._activity is not None and self._activity.stop is not None:
            self._activity.stop()


def _said(activity: Activity) -> list[str]:
    """Return what is said of ``activity``, in ever fewer words."""
    if not activity.total:
        return [activity.text]
    verb, count = activity.text.split()[0].removesuffix(":"), f"{activity.done} of {activity.total}"
    return [f"{activity.text} · step {count}", f"{activity.text} · {count}", f"{verb} · {count}", count]


def _keep_place(widget: QWidget, kept: bool = True) -> None:
    """Keep the place of ``widget`` free while it is hidden, or not."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(kept)
    widget.setSizePolicy(policy)


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
