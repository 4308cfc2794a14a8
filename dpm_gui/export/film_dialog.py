"""The dialog of a film: what it shows and how, with its length, its frames and about its size meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dpm_gui.desktop.appearance import without_icons
from dpm_gui.desktop.numbers import grouped
from dpm_gui.desktop.reasons import disable_if
from dpm_gui.engine.time_scale import LOG_SNR, SIGNAL, STEP
from dpm_gui.export.film_options import (
    FORMS,
    GIF,
    MOST_RATE,
    PNG,
    SIZES,
    FilmOptions,
    FilmSubject,
    estimated_bytes,
    frame_count,
    normal_seconds,
)
from dpm_gui.views.widgets.boxes import DecimalBox, WholeNumberBox, choice_box, decimal_box, number_box
from dpm_gui.views.widgets.noted_rows import NotedRows, caption

DIRECTION_TEXTS = {
    "forward": "Forward: from t … to t",
    "backward": "Backward: to t … from t",
    "there_and_back": "There and back",
}
SIDE_TEXTS = {True: "The other way: noise beside data", False: "The same t on both sides"}
TIME_TEXTS = {STEP: "Step t", LOG_SNR: "Log signal-to-noise", SIGNAL: "Signal"}
OWN_SIZE = "Other size"
CHOOSE_OWN_SIZE = f"choose {OWN_SIZE!r} to give a width and a height"
BEYOND = 1_000_000
"""What the boxes of whole numbers take: a number out of range gets a sentence and is not changed while typing."""
MEGABYTE = 1e6


class FilmFields(NotedRows):
    """The fields of all options of a film, each with a sentence beside it."""

    changed = Signal()
    """Another option has been chosen, right or wrong."""

    def __init__(self, subject: FilmSubject, options: FilmOptions, parent: QWidget) -> None:
        """Show ``options`` first."""
        super().__init__(parent)
        self._subject, self._speed = subject, options.speed
        self._make_fields(options)
        self._make_rows()
        self._connect()
        self.show_problems(self.problems)

    @property
    def options(self) -> FilmOptions:
        """What the fields say."""
        width, height = self._chosen_size()
        return FilmOptions(
            first=self._first.value(),
            last=self._last.value(),
            form=self._form.currentData(),
            direction=self._direction.currentData(),
            opposite=self._sides.currentData(),
            time=self._time.currentData(),
            speed=self._speed,
            hold=self._hold.value(),
            rate=self._rate.value(),
            width=width,
            height=height,
            bar=self._bar.isChecked(),
            strip=self._strip.isChecked(),
        )

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, a sentence for each field."""
        options = self.options
        return options.problems(self._subject.steps, self._subject.scale(options))

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Show ``problems`` beside their fields, and what follows from the others."""
        options, subject = self.options, self._subject
        for box in (self._width, self._height):
            disable_if(box, "" if self._size.currentData() is None else CHOOSE_OWN_SIZE)
        if not problems and not self._length.hasFocus():
            with QSignalBlocker(self._length):
                self._length.setValue(normal_seconds(options, subject.steps, subject.scale(options)) / options.speed)
        self.show_notes({name: self._hint(name, options) for name in self.notes}, problems)

    def take_focus(self) -> None:
        """Give the first field the focus."""
        self._form.setFocus()

    def _make_fields(self, options: FilmOptions) -> None:
        self._form = _choices(self, "Format", FORMS, options.form)
        self._first = self._whole("From t", options.first, "The first step that is shown: 0 is the data")
        self._last = self._whole("To t", options.last, "The last step that is shown: T is the noise")
        self._direction = _choices(self, "Direction of the forward side", DIRECTION_TEXTS, options.direction)
        self._sides = _choices(self, "Reverse side", SIDE_TEXTS, options.opposite)
        self._time = _choices(self, "Time by", TIME_TEXTS, options.time)
        self._pace = self._decimal("Speed", options.speed, "×", "Multiple of the normal speed of playing")
        self._length = self._decimal("Seconds one way", 1.0, " s", "Seconds from the first to the last step")
        self._hold = self._decimal("Hold at both ends", options.hold, " s", "Seconds for which each end stands still")
        self._rate = self._whole("Frames a second", options.rate, "Frames a second")
        size = (options.width, options.height)
        sizes = {known: "{} x {}".format(*known) for known in SIZES} | {None: OWN_SIZE}
        self._size = _choices(self, "Size", sizes, size if size in SIZES else None)
        self._width = self._whole("Width, pixels", options.width, "Width of the film, pixels")
        self._height = self._whole("Height, pixels", options.height, "Height of the film, pixels")
        self._bar = QCheckBox("Bar of t", self)
        self._bar.setChecked(options.bar)
        self._strip = QCheckBox("Entropy bounds", self)
        self._strip.setChecked(options.strip)

    def _make_rows(self) -> None:
        self.add("form", "&Format", self._form)
        self.add("range", "F&rom t", self._first, caption("&to", self._last), self._last)
        self.add("direction", "&Direction", self._direction)
        self.add("sides", "Reverse s&ide", self._sides)
        self.add("time", "Ti&me by", self._time)
        self.add("speed", "&Speed", self._pace, caption("&one way", self._length), self._length)
        self.add("hold", "&Hold at both ends", self._hold)
        self.add("rate", "Frames a s&econd", self._rate)
        self.add("size", "Si&ze", self._size, self._width, caption("x", self._height), self._height)
        self.add("below", "Below the sides", self._bar, self._strip)

    def _connect(self) -> None:
        for choice in (self._form, self._direction, self._sides, self._time, self._size):
            choice.currentIndexChanged.connect(self.changed)
        for box in (self._first, self._last, self._rate, self._width, self._height):
            box.valueChanged.connect(self.changed)
        self._hold.valueChanged.connect(self.changed)
        self._pace.valueChanged.connect(self._take_speed)
        self._length.valueChanged.connect(self._take_length)
        for switch in (self._bar, self._strip):
            switch.toggled.connect(self.changed)

    def _take_speed(self, speed: float) -> None:
        self._speed = speed
        self.changed.emit()

    def _take_length(self, seconds: float) -> None:
        """Take the speed at which one way lasts ``seconds``."""
        options = self.options
        normal = normal_seconds(options, self._subject.steps, self._subject.scale(options))
        self._speed = normal / seconds if seconds > 0 and normal > 0 else 0.0
        with QSignalBlocker(self._pace):
            self._pace.setValue(self._speed)
        self.changed.emit()

    def _hint(self, name: str, options: FilmOptions) -> str:
        """Return what stands beside a field that is right."""
        if name == "range":
            return f"0 is the data, T = {self._subject.steps} the noise."
        if name == "rate":
            return f"GIF: at most {MOST_RATE[GIF]}." if options.form == GIF else ""
        if name == "form" and options.form == PNG:
            return "A new folder with a numbered image for each frame."
        return ""

    def _chosen_size(self) -> tuple[int, int]:
        chosen: tuple[int, int] | None = self._size.currentData()
        return (self._width.value(), self._height.value()) if chosen is None else (chosen[0], chosen[1])

    def _whole(self, name: str, value: int, tip: str) -> WholeNumberBox:
        box = number_box(self, name, 0, BEYOND, tip)
        box.setKeyboardTracking(True)  # all that follows from it follows every digit
        box.setValue(value)
        box.setFixedWidth(self.fontMetrics().averageCharWidth() * 14)
        return box

    def _decimal(self, name: str, value: float, unit: str, tip: str) -> DecimalBox:
        box = decimal_box(self, name, (0.0, float(BEYOND)), 0.5, unit, tip)
        box.setKeyboardTracking(True)
        box.setValue(value)
        box.setFixedWidth(self.fontMetrics().averageCharWidth() * 14)
        return box


class FilmDialog(QDialog):
    """Asks for the options of a film."""

    asked = Signal(object)
    """The `FilmOptions` that have been chosen."""

    def __init__(self, subject: FilmSubject, options: FilmOptions, parent: QWidget) -> None:
        """Show ``options`` first."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export film")
        self._subject = subject
        self._fields = FilmFields(subject, options, self)
        self._result = QLabel(self)
        font = QFont(self._result.font())
        font.setBold(True)
        self._result.setFont(font)
        self._result.setWordWrap(True)
        self._result.setMinimumHeight(2 * self.fontMetrics().lineSpacing())  # a second line moves nothing
        self._result.setAccessibleName("Resulting film")
        self._buttons = QDialogButtonBox(self)
        self._accept = self._buttons.addButton("Export…", QDialogButtonBox.ButtonRole.AcceptRole)
        self._buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        without_icons(self._buttons)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.asked.emit(self.options))
        self._lay_out(parent)
        self._fields.changed.connect(self._show_all)
        self._show_all()
        self._fields.take_focus()

    @property
    def options(self) -> FilmOptions:
        """What the fields say."""
        return self._fields.options

    @property
    def result_text(self) -> str:
        """Length, number of frames and estimated size of the film, or that there is none."""
        return self._result.text()

    def note_of(self, field: str) -> str:
        """Return the sentence beside a field, such as "range"."""
        return self._fields.notes[field].text()

    def _lay_out(self, parent: QWidget) -> None:
        area = QScrollArea(self)  # for large fonts on small screens
        area.setWidget(self._fields)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(24, 8, 24, 16)
        bottom.addWidget(self._result, 1)
        bottom.addWidget(self._buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 1)
        column.addLayout(bottom)
        rows, room = self._fields.sizeHint(), parent.screen().availableSize()
        height = rows.height() + bottom.sizeHint().height() + 16
        self.resize(min(rows.width() + 16, room.width() - 16), min(height, room.height() - 48))

    def _show_all(self) -> None:
        """Show what follows from the fields: sentences, the length, and the film that comes of them."""
        problems = self._fields.problems
        self._fields.show_problems(problems)
        disable_if(self._accept, next(iter(problems.values()), ""))
        self._result.setText(
            f"No film yet. {next(iter(problems.values()))}" if problems else self._described(self.options)
        )

    def _described(self, options: FilmOptions) -> str:
        subject = self._subject
        scale = subject.scale(options)
        count = frame_count(options, subject.steps, scale)
        size = estimated_bytes(options, subject.steps, subject.kind, scale) / MEGABYTE
        about = f"{size:.1f}" if size < 10 else grouped(round(size))
        return f"{count / options.rate:.1f} s · {grouped(count)} frames · about {about} MB"


def _choices(parent: QWidget, name: str, texts: Mapping[Any, str], chosen: object) -> QComboBox:
    """Return a box to choose one of the keys of ``texts``."""
    box = choice_box(parent, name, ())
    for value, text in texts.items():
        box.addItem(text, value)
    box.setCurrentIndex(list(texts).index(chosen))
    return box
