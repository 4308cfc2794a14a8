"""The tools of Paint: a column of them beside the canvas, and a bar above it for image, mask and brush."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dpm_gui.desktop.icons import IconSet
from dpm_gui.desktop.theme import ColouredWidget, Palette
from dpm_gui.paint.document.raster import READY_MASKS
from dpm_gui.paint.document.tools import COLOUR, SIZES, TOOLS, ToolBox
from dpm_gui.views.widgets.arrow_group import ArrowGroup
from dpm_gui.views.widgets.flat_button import action_button

ICON, SIDE = 20, 36
SWATCH = 16
PRESETS = 9


class ActionsByName(Protocol):
    """The commands of the window."""

    def __getitem__(self, name: str) -> QAction: ...


class ToolColumn(QWidget):
    """A button for each tool, and one that shows the chosen sample while it is held."""

    compare_held = Signal(bool)
    """Whether the button that compares was pressed or released."""

    def __init__(self, actions: ActionsByName, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._compare = QToolButton(self)
        self._compare.setToolTip("Show the chosen sample while held (Z)")
        self._compare.setAccessibleName("Before and after")
        self._compare.pressed.connect(lambda: self.compare_held.emit(True))
        self._compare.released.connect(lambda: self.compare_held.emit(False))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(4)
        for names in ([f"tool_{tool}" for tool in TOOLS], ["invert_mask", "clear_mask", "show_mask"]):
            for name in names:
                button = action_button(actions[name], self)
                _set_flat(button)
                layout.addWidget(button)
            layout.addSpacing(8)
        _set_flat(self._compare)
        layout.addWidget(self._compare)
        ArrowGroup(self, [*self.findChildren(QToolButton)[1:], self._compare])
        layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def set_palette(self, palette: Palette, icons: IconSet) -> None:
        """Show everything in the colours of ``palette``."""
        self._compare.setIcon(icons.icon("arrow-left-right", palette.ink))


class ImageBar(ColouredWidget):
    """Chooses the image, the mask, and the size and colour of the brush."""

    size_asked = Signal(int)
    """The requested diameter of the brush, pixels of the image."""
    colour_chosen = Signal(tuple)
    """The colour to paint with: red, green and blue, 0 … 255."""

    def __init__(self, actions: ActionsByName, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tools = ToolBox()
        self._with_colours = True
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 6, 16, 6)
        layout.setSpacing(6)
        layout.addWidget(QLabel("Image", self))
        images = [_flat(actions[name], self) for name in ("previous_image", "next_image", "sample_image", "open_image")]
        for button in images:
            layout.addWidget(button)
        ArrowGroup(self, images)
        layout.addWidget(_rule(self))
        layout.addWidget(self._mask_button(actions))
        layout.addWidget(_rule(self))
        self._size = QSlider(Qt.Orientation.Horizontal, self)
        self._size.setRange(*SIZES)
        self._size.setAccessibleName("Brush size")
        self._size.setToolTip("Diameter of the brush in pixels of the image ([ and ], Alt and wheel)")
        self._size.setMinimumWidth(72)
        self._size.setMaximumWidth(200)
        self._size.valueChanged.connect(self.size_asked)
        self._diameter = QLabel(self)
        self._diameter.setMinimumWidth(self.fontMetrics().horizontalAdvance("512 px"))
        label = QLabel("Brush", self)
        label.setBuddy(self._size)
        layout.addWidget(label)
        layout.addWidget(self._size, 1)
        layout.addWidget(self._diameter)
        self._colour = QToolButton(self)
        self._colour.setToolTip("Colour to paint the image with (P)")
        self._colour.setAccessibleName("Colour to paint with")
        self._colour.setAutoRaise(True)
        self._colour.setText("Colour")
        self._colour.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._colour.clicked.connect(self._ask_colour)
        policy = self._colour.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # another tool moves nothing
        self._colour.setSizePolicy(policy)
        layout.addWidget(self._colour)
        layout.addWidget(_flat(actions["pressure"], self))
        layout.addStretch(1)
        self.help_button = action_button(actions["tool_help"], self)
        self.help_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        layout.addWidget(self.help_button)

    def apply_palette(self) -> None:
        self.show_tools(self._tools)

    def set_largest(self, size: int) -> None:
        """Set the largest brush of the slider; shortcuts and the wheel can set a larger one."""
        with QSignalBlocker(self._size):
            self._size.setMaximum(max(size, SIZES[0] + 1))

    def set_colours(self, colours: bool) -> None:
        """Set whether to paint with colours or with grey levels."""
        self._with_colours = colours

    def show_tools(self, tools: ToolBox) -> None:
        """Show the settings of the tools."""
        self._tools = tools
        with QSignalBlocker(self._size):
            self._size.setValue(tools.size)
        self._diameter.setText(f"{tools.size} px")
        self._colour.setVisible(tools.tool == COLOUR)
        self._colour.setIcon(_swatch(QColor(*tools.colour), self._palette))

    def _mask_button(self, actions: ActionsByName) -> QToolButton:
        button = QToolButton(self)
        button.setText("Mask")
        button.setToolTip("Ready-made masks, and masks as PNG files")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAutoRaise(True)
        menu = QMenu(button)
        menu.addActions([actions[f"mask_{name}"] for name in READY_MASKS])
        menu.addSeparator()
        menu.addActions(
            [actions[name] for name in ("invert_mask", "clear_mask", "open_mask", "save_mask", "soft_mask")]
        )
        menu.addSeparator()
        menu.addAction(actions["enlarge_frame"])
        button.setMenu(menu)
        return button

    def _ask_colour(self) -> None:
        if not self._with_colours:
            self._greys().popup(self._colour.mapToGlobal(self._colour.rect().bottomLeft()))
            return
        dialog = QColorDialog(QColor(*self._tools.colour), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(self._take)
        dialog.open()

    def _greys(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for index in range(PRESETS):
            level = round(255 * index / (PRESETS - 1))
            action = menu.addAction(_swatch(QColor(level, level, level), self._palette), str(level))
            action.triggered.connect(lambda _checked, level=level: self._take(QColor(level, level, level)))
        return menu

    def _take(self, colour: QColor) -> None:
        self.colour_chosen.emit((colour.red(), colour.green(), colour.blue()))


def _swatch(colour: QColor, palette: Palette) -> QIcon:
    """Return a patch of one colour with a border that separates it from the background."""
    patch = QPixmap(SWATCH, SWATCH)
    patch.fill(QColor(palette.muted))
    painter = QPainter(patch)
    painter.fillRect(1, 1, SWATCH - 2, SWATCH - 2, colour)
    painter.end()
    return QIcon(patch)


def _set_flat(button: QToolButton) -> None:
    button.setAutoRaise(True)
    button.setIconSize(QSize(ICON, ICON))
    button.setFixedSize(SIDE, SIDE)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the canvas keeps the keyboard focus


def _flat(action: QAction, parent: QWidget) -> QToolButton:
    text_only = action.icon().isNull()
    style = Qt.ToolButtonStyle.ToolButtonTextOnly if text_only else Qt.ToolButtonStyle.ToolButtonIconOnly
    button = action_button(action, parent, style)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _rule(parent: QWidget) -> QFrame:
    rule = QFrame(parent)
    rule.setFrameShape(QFrame.Shape.VLine)
    rule.setFrameShadow(QFrame.Shadow.Plain)
    rule.setForegroundRole(rule.palette().ColorRole.Mid)
    return rule
