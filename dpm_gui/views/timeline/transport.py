"""The row of playback buttons: ends, single steps, direction, speed, loop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.numbers import MINUS
from dpm_gui.desktop.theme import ColouredWidget, Palette
from dpm_gui.engine.time_scale import LOG_SNR, SIGNAL, STEP
from dpm_gui.views.widgets.arrow_group import ArrowGroup
from dpm_gui.views.widgets.flat_button import FlatButton, FlatMenuButton, flat_style

_TIMES = "\N{MULTIPLICATION SIGN}"

_CHEVRON_ROOM = 40  # the chevron, and the room around it and the text
_DIRECTION_NAMES = {
    "forward": "Forward, data to noise",
    "backward": "Backward, noise to data",
    "there_and_back": "There and back",
}
_DIRECTION_ICONS = {"forward": "move-right", "backward": "move-left", "there_and_back": "arrow-left-right"}

_SCALE_NAMES = {STEP: "Time by step t", LOG_SNR: "Time by log signal-to-noise", SIGNAL: "Time by signal"}
_SCALE_TEXTS = {STEP: "t", LOG_SNR: "log SNR", SIGNAL: "signal"}

Choice = TypeVar("Choice", float, str)


class Transport(ColouredWidget):
    """Shows the playback state and asks for changes; ``speeds`` are those that can be chosen."""

    play_toggled = Signal()
    step_asked = Signal(int)
    home_asked = Signal()
    end_asked = Signal()
    speed_asked = Signal(float)
    loop_toggled = Signal(bool)
    direction_asked = Signal(str)
    scale_asked = Signal(str)

    def __init__(self, speeds: Sequence[float], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._speed_names = {speed: f"{speed:g}{_TIMES}" for speed in speeds}
        self._icons: IconSet | None = None
        self._playing = False
        self._direction = "forward"
        self._home = FlatButton("Go to the data", "Go to the data, t = 0 (Home)", self)
        self._back = FlatButton("One step back", f"One step back, t {MINUS} 1 (Left; ten: Shift+Left)", self)
        self._play = FlatButton("Play", "Play (Space)", self)
        self._on = FlatButton("One step on", "One step on, t + 1 (Right; ten: Shift+Right)", self)
        self._end = FlatButton("Go to the noise", "Go to the noise, t = T (End)", self)
        self._turn = FlatMenuButton("Direction", "Playback direction (forward: L, backward: J)", self)
        self._pace = FlatMenuButton("Speed", "Playback speed (slower: comma, faster: full stop)", self)
        self._loop = FlatButton("Loop", "Loop: start again at the end (O)", self)
        self._loop.setCheckable(True)
        self._scale = FlatMenuButton("Time by", "Time by step, log signal-to-noise, or signal (N)", self)
        self._turns = _add_menu(self._turn, _DIRECTION_NAMES, self.direction_asked.emit)
        self._paces = _add_menu(self._pace, self._speed_names, self.speed_asked.emit)
        self._scales = _add_menu(self._scale, _SCALE_NAMES, self.scale_asked.emit)
        self._connect()
        self._lay_out()
        self.set_speed(1.0)
        self.set_direction(self._direction)
        self.set_scale(STEP)
        self.apply_palette()

    def set_playing(self, playing: bool) -> None:
        self._playing = playing
        if playing:
            self._play.describe("Pause", "Pause (Space)")
        else:
            self._play.describe("Play", "Play (Space)")
        self.apply_palette()

    def set_speed(self, speed: float) -> None:
        self._paces[speed].setChecked(True)
        self._pace.setText(self._speed_names[speed])
        self._pace.setAccessibleDescription(f"{speed:g} times the normal speed")

    def set_loop(self, loop: bool) -> None:
        self._loop.setChecked(loop)
        self.apply_palette()

    def set_direction(self, direction: str) -> None:
        self._direction = direction
        self._turns[direction].setChecked(True)
        self._turn.setAccessibleDescription(_DIRECTION_NAMES[direction])
        self.apply_palette()

    def set_scale(self, name: str) -> None:
        """Show the scale of time in use, by its name in `dpm_gui.engine.time_scale`."""
        self._scales[name].setChecked(True)
        self._scale.setText(_SCALE_TEXTS[name])
        self._scale.setAccessibleDescription(_SCALE_NAMES[name])

    def set_palette(self, palette: Palette) -> None:
        self.setStyleSheet(flat_style(palette))
        super().set_palette(palette)

    def set_icons(self, icons: IconSet) -> None:
        self._icons = icons
        self.apply_palette()

    def _connect(self) -> None:
        self._home.clicked.connect(self.home_asked)
        self._back.clicked.connect(lambda: self.step_asked.emit(-1))
        self._play.clicked.connect(self.play_toggled)
        self._on.clicked.connect(lambda: self.step_asked.emit(1))
        self._end.clicked.connect(self.end_asked)
        self._loop.clicked.connect(self.loop_toggled)
        self._loop.toggled.connect(self.apply_palette)
        for button in (self._back, self._on):
            button.setAutoRepeat(True)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for button in (self._home, self._back, self._play, self._on, self._end):
            row.addWidget(button)
        row.addSpacing(16)
        for button in (self._turn, self._pace, self._loop, self._scale):
            row.addWidget(button)
        ArrowGroup(self, self.findChildren(FlatButton))
        self._make_room()

    def _make_room(self) -> None:
        """Fix the widths of the menu buttons: no text moves those to their right, and none is squeezed."""
        self._turn.setFixedWidth(self._turn.iconSize().width() + _CHEVRON_ROOM)
        widest = max(self._pace.fontMetrics().horizontalAdvance(name) for name in self._speed_names.values())
        self._pace.setFixedWidth(widest + _CHEVRON_ROOM)
        self._scale.setFixedWidth(self._scale.fontMetrics().horizontalAdvance("log SNR") + _CHEVRON_ROOM)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._make_room()

    def apply_palette(self) -> None:
        """Give every button the icon of its present action, in the palette's ink."""
        if self._icons is None:
            return
        ink, muted = self._palette.ink, self._palette.muted
        button_icons: Mapping[FlatButton, str] = {
            self._home: "skip-back",
            self._back: "step-back",
            self._play: "pause" if self._playing else "play",
            self._on: "step-forward",
            self._end: "skip-forward",
            self._turn: _DIRECTION_ICONS[self._direction],
        }
        for button, name in button_icons.items():
            button.setIcon(self._icons.icon(name, ink))
        self._loop.setIcon(self._icons.icon("repeat", ink if self._loop.isChecked() else muted))
        for direction, action in self._turns.items():
            action.setIcon(self._icons.icon(_DIRECTION_ICONS[direction], ink))
        for menu_button in (self._turn, self._pace, self._scale):
            menu_button.set_chevron(self._icons.icon("chevron-down", muted))


def _add_menu(
    button: FlatMenuButton, names: Mapping[Choice, str], ask: Callable[[Choice], None]
) -> dict[Choice, QAction]:
    """Give the button a menu of exclusive choices; return its actions."""
    menu = QMenu(button)
    group = QActionGroup(menu)
    actions = {}
    for choice, name in names.items():
        action = menu.addAction(name)
        action.setCheckable(True)
        action.triggered.connect(partial(_call_with_choice, ask, choice))
        group.addAction(action)
        actions[choice] = action
    button.setMenu(menu)
    return actions


def _call_with_choice(ask: Callable[[Choice], None], choice: Choice, _checked: bool = False) -> None:
    ask(choice)
