"""The appearance of the application: one of the themes, at usual size or enlarged for a projector."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QToolTip

from dpm_gui.desktop import THEMES
from dpm_gui.desktop.theme import DARK, LIGHT, SMALLEST_TEXT, Palette, mixed

PROJECTOR_SCALE = 1.5
OUTLINED = (
    "QCheckBox",
    "QRadioButton",
    "QAbstractSpinBox",
    "QComboBox",
    "QLineEdit",
    "QPushButton",
    "QSlider",
    "QMenu",
)
"""Qt's classes of controls that the style draws with an outline."""
STYLE_DARKENS = 140
"""By how many hundredths the style darkens the window's colour for an outline (Fusion, Qt 6)."""


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
        for kind in OUTLINED:
            # Its types ask for bytes, which it refuses (PySide6 6.11).
            self._application.setPalette(outlined(self._palette), kind)  # type: ignore[arg-type]
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


def outlined(palette: Palette) -> QPalette:
    """Return the colours of a control whose outline is to be seen; the style derives that from the window's colour."""
    result = qt_palette(palette)
    result.setColor(QPalette.ColorRole.Window, QColor(palette.outline).lighter(STYLE_DARKENS))
    return result


def without_icons(buttons: QDialogButtonBox) -> QDialogButtonBox:
    """Return ``buttons`` without the style's icons, which are drawn in another way than all others of the window."""
    for button in buttons.buttons():
        button.setIcon(QIcon())
    return buttons


def _checked(choice: str) -> str:
    if choice not in THEMES:
        raise ValueError(f"unknown theme {choice!r}: choose one of {', '.join(THEMES)}")
    return choice
