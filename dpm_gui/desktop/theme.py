"""The light and the dark theme: the colours of the window, and the choice between them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDockWidget,
    QMainWindow,
    QStyle,
    QToolBar,
    QToolTip,
    QWidget,
)

from dpm_gui.desktop import THEMES

SMALLEST_TEXT = 9.0
"""Size of the smallest text in the window, in points."""
SMALL_TEXT_PIXELS = 12.0
"""Height of that text at 96 dots an inch."""
PROJECTOR_SCALE = 1.5
FIRST_ICON_SIDE, FIRST_SIDE = "first_icon_side", "first_side"
"""Properties of a button: its size at usual text."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as ``#RRGGBB``.

    Attributes:
        name: "light" or "dark".
        window: Background of the window.
        surface: Background of plots, canvases and fields.
        hairline: Separating lines.
        ink, muted: Text and lines; secondary text.
        forward, reverse: The two processes, q and p.
        known: Known pixels of an image to be inpainted, and true values that a model is compared with.
        mask: Pixels to be inpainted, laid over the image with opacity ``mask_alpha``.
        mask_alpha: 0 … 1.
    """

    name: str
    window: str
    surface: str
    hairline: str
    ink: str
    muted: str
    forward: str
    reverse: str
    known: str
    mask: str
    mask_alpha: float

    @property
    def dark(self) -> bool:
        return self.name == "dark"


LIGHT = Palette(
    name="light",
    window="#F6F6F4",
    surface="#FFFFFF",
    hairline="#E3E3DF",
    ink="#1D2024",
    muted="#666C75",
    forward="#0072B2",
    reverse="#D55E00",
    known="#009E73",
    mask="#CC79A7",
    mask_alpha=0.45,
)
DARK = Palette(
    name="dark",
    window="#17191D",
    surface="#1E2126",
    hairline="#33373E",
    ink="#E7E8EA",
    muted="#9AA1AB",
    forward="#56B4E9",
    reverse="#F08A4B",
    known="#2FC79B",
    mask="#E59BC4",
    mask_alpha=0.50,
)


class ColouredWidget(QWidget):
    """A widget that is drawn in the colours of a `Palette`."""

    _palette = LIGHT

    def set_palette(self, palette: Palette) -> None:
        """Draw everything in the colours of ``palette``."""
        self._palette = palette
        self.apply_palette()

    def apply_palette(self) -> None:
        """Apply the colours to the widget's contents; unless overridden, repaint it."""
        self.update()


def mixed(colour: str, other: str, share: float) -> str:
    """Return a mixture of ``colour`` and a ``share`` (0 … 1) of ``other``, as ``#RRGGBB``."""
    one, two = QColor(colour), QColor(other)
    pairs = ((one.red(), two.red()), (one.green(), two.green()), (one.blue(), two.blue()))
    return QColor(*(round(a + share * (b - a)) for a, b in pairs)).name()


def text_size(widget: QWidget, steps: float = 0.0) -> float:
    """Return the size of the widget's text, ``steps`` points larger or smaller but never below 9, in points."""
    return max(SMALLEST_TEXT, widget.font().pointSizeF() + steps)


def scaled_to_text(widget: QWidget, pixels: int) -> int:
    """Return ``pixels``, a size chosen for text of 9 pt at 96 dots an inch, enlarged as the widget's text is."""
    return round(pixels * max(1.0, widget.fontInfo().pixelSize() / SMALL_TEXT_PIXELS))


def scale_icons(root: QMainWindow) -> None:
    """Enlarge the icons of all tool bars and buttons in ``root`` as the text is."""
    style = root.style()
    side = scaled_to_text(root, style.pixelMetric(QStyle.PixelMetric.PM_ToolBarIconSize, None, root))
    root.setIconSize(QSize(side, side))
    for button in root.findChildren(QAbstractButton):
        if isinstance(button.parentWidget(), (QToolBar, QDockWidget)):  # these follow the window and the style
            continue
        first = button.property(FIRST_ICON_SIDE)
        if first is None:
            first = button.iconSize().width()
            button.setProperty(FIRST_ICON_SIDE, first)
            fixed = button.minimumSize() == button.maximumSize() and button.width() == button.height()
            button.setProperty(FIRST_SIDE, button.minimumWidth() if fixed else 0)
        side = scaled_to_text(root, first)
        button.setIconSize(QSize(side, side))
        if button.property(FIRST_SIDE):
            side = scaled_to_text(root, button.property(FIRST_SIDE))
            button.setFixedSize(side, side)


class Theme(QObject):
    """The appearance of the application; to be created after the application and before the first window.

    Args:
        application: Receives the style, the colours and the font.
        choice: One of `THEMES`.
        parent: Qt's owner.

    Raises:
        ValueError: If ``choice`` is unknown.
    """

    changed = Signal(object)
    """The new `Palette`."""

    def __init__(self, application: QApplication, choice: str = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application = application
        self._font = QFont(application.font())
        self._projector = False
        self._choice = _checked(choice)
        application.setStyle("Fusion")
        self._set_font()
        self._set_platform_scheme()
        self._palette = self._wanted()
        self._apply_palette()
        application.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def choice(self) -> str:
        """The choice, one of `THEMES`."""
        return self._choice

    @property
    def palette(self) -> Palette:
        """The current palette."""
        return self._palette

    @property
    def projector(self) -> bool:
        """Whether text is enlarged for a projector."""
        return self._projector

    def choose(self, choice: str) -> None:
        """Show "light" or "dark", or follow the "system".

        Raises:
            ValueError: If ``choice`` is unknown.
        """
        self._choice = _checked(choice)
        self._set_platform_scheme()
        self._follow()

    def toggle(self) -> None:
        """Switch between light and dark."""
        self.choose("light" if self._palette.dark else "dark")

    def set_projector(self, on: bool) -> None:
        """Enlarge all text by half, or undo that."""
        if on != self._projector:
            self._projector = on
            self._set_font()

    def _set_platform_scheme(self) -> None:
        """Make title bars and native dialogs match."""
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        self._application.styleHints().setColorScheme(schemes.get(self._choice, Qt.ColorScheme.Unknown))

    def _wanted(self) -> Palette:
        if self._choice != "system":
            return DARK if self._choice == "dark" else LIGHT
        return DARK if self._system_scheme() == Qt.ColorScheme.Dark else LIGHT

    def _system_scheme(self) -> Qt.ColorScheme:
        return self._application.styleHints().colorScheme()

    def _follow(self) -> None:
        wanted = self._wanted()
        if wanted != self._palette:
            self._palette = wanted
            self._apply_palette()
            self.changed.emit(wanted)

    def _apply_palette(self) -> None:
        colours = qt_palette(self._palette)
        self._application.setPalette(colours)
        QToolTip.setPalette(colours)

    def _set_font(self) -> None:
        font = QFont(self._font)
        size = max(SMALLEST_TEXT, font.pointSizeF())
        font.setPointSizeF(size * (PROJECTOR_SCALE if self._projector else 1.0))
        self._application.setFont(font)
        # Now, so that whatever follows the size of the text finds the new one.
        self._application.sendPostedEvents(None, QEvent.Type.ApplicationFontChange)
        for widget in self._application.allWidgets():
            if widget.styleSheet():  # what is below a style sheet ignores a new font until the sheet is set again
                widget.setStyleSheet(widget.styleSheet())


def qt_palette(palette: Palette) -> QPalette:
    """Return the colours as a palette for Qt's widgets."""
    role = QPalette.ColorRole
    on_hue = DARK.window if palette.dark else LIGHT.surface
    colours = {
        role.Window: palette.window,
        role.WindowText: palette.ink,
        role.Base: palette.surface,
        role.AlternateBase: palette.window,
        role.Text: palette.ink,
        role.PlaceholderText: palette.muted,
        role.Button: palette.surface,
        role.ButtonText: palette.ink,
        role.BrightText: palette.reverse,
        role.ToolTipBase: palette.surface,
        role.ToolTipText: palette.ink,
        role.Highlight: palette.forward,
        role.HighlightedText: on_hue,
        role.Accent: palette.forward,
        role.Link: palette.forward,
        role.LinkVisited: palette.forward,
        role.Light: palette.surface,
        role.Midlight: palette.surface,
        role.Mid: palette.hairline,
        role.Dark: mixed(palette.hairline, palette.muted, 0.5),
        role.Shadow: palette.hairline,
    }
    result = QPalette()
    for key, colour in colours.items():
        result.setColor(key, QColor(colour))
    faint = QColor(mixed(palette.muted, palette.window, 0.4))
    for key in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText, role.ToolTipText):
        result.setColor(QPalette.ColorGroup.Disabled, key, faint)
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(palette.hairline))
    return result


def _checked(choice: str) -> str:
    if choice not in THEMES:
        raise ValueError(f"unknown theme {choice!r}: choose one of {', '.join(THEMES)}")
    return choice
