"""The colours of the light and of the dark theme, and sizes that follow the text."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QMainWindow, QStyle, QToolBar, QWidget

SMALLEST_TEXT = 9.0
"""Size of the smallest text in the window, in points."""
SMALL_TEXT_PIXELS = 12.0
"""Height of that text at 96 dots an inch."""
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
        outline: Edges of controls, which stand out from window and surface (contrast 3:1, WCAG 1.4.11).
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
    outline: str
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
    outline="#767C83",
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
    outline="#737880",
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
