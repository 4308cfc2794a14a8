"""The dialog that reports errors in one sentence each, without tracebacks and in one window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QFont, QPalette, QTextDocument, QTextOption
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from core.errors import BadCheckpointError, BadInputError, DpmError, OutputError, TrainingError
from dpm_gui.desktop.appearance import without_icons
from dpm_gui.desktop.icons import IconSet

TITLES: tuple[tuple[type[DpmError], str], ...] = (
    (BadCheckpointError, "This file cannot be opened"),
    (BadInputError, "This cannot be used as it is"),
    (OutputError, "The file was not saved"),
    (TrainingError, "The training has stopped"),
)
SEVERAL = "Several errors occurred"
MOST_REASONS = 50
COLUMNS = 64
"""Width of the text, in characters."""
MOST_HEIGHT = 320
"""Pixels; longer text is scrolled."""
ICON = 24


def show_error(parent: QWidget | None, error: DpmError) -> None:
    """Show ``error`` in a dialog over ``parent``'s window, and return at once.

    While that dialog is open, further errors are added to it.
    """
    window = parent.window() if parent is not None else None
    dialog = _open_dialog(window)
    if dialog is not None:
        dialog.add(error)
        return
    dialog = ErrorDialog(window)
    # The connection keeps a reference, so that a dialog without a parent stays alive.
    dialog.finished.connect(lambda _result, kept=dialog: kept.deleteLater())
    dialog.add(error)
    dialog.open()


def title(error: DpmError) -> str:
    """Return the heading for ``error``, by its kind."""
    return next((text for kind, text in TITLES if isinstance(error, kind)), "That did not work")


class ErrorDialog(QDialog):
    """A heading and the reasons, newest last; text can be selected, and Escape or Enter closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("dpm-gui")
        self._titles: list[str] = []
        self._reasons: list[str] = []
        self._heading = QLabel(self)
        self._heading.setTextFormat(Qt.TextFormat.PlainText)
        font = self._heading.font()
        font.setWeight(QFont.Weight.DemiBold)
        font.setPointSizeF(font.pointSizeF() * 1.15)
        self._heading.setFont(font)
        self._text = _ReasonsText(self)
        self._icon = QLabel(self)
        buttons = without_icons(QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self))
        buttons.rejected.connect(self.reject)
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        self._lay_out(buttons)
        self._tint()
        close.setFocus()

    @property
    def heading(self) -> str:
        """The heading shown."""
        return self._heading.text()

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons shown below the heading, oldest first."""
        return tuple(self._reasons)

    def add(self, error: DpmError) -> None:
        """Add ``error`` to the reasons, unless it repeats the last one."""
        reason = str(error) or type(error).__name__
        if self._reasons[-1:] == [reason]:
            return
        self._titles.append(title(error))
        self._reasons = [*self._reasons, reason][-MOST_REASONS:]
        self._heading.setText(self._titles[0] if len(set(self._titles)) == 1 else SEVERAL)
        self._text.show_reasons(self._reasons)
        self.setAccessibleName(self.heading)
        self.setAccessibleDescription(reason)
        self.adjustSize()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._tint()

    def _tint(self) -> None:
        """Draw the icon in the theme's muted text colour."""
        colour = self.palette().color(QPalette.ColorRole.PlaceholderText).name()
        icon = IconSet().icon("triangle-alert", colour)
        self._icon.setPixmap(icon.pixmap(QSize(ICON, ICON), self.devicePixelRatioF()))

    def _lay_out(self, buttons: QDialogButtonBox) -> None:
        words = QVBoxLayout()
        words.setSpacing(8)
        words.addWidget(self._heading)
        words.addWidget(self._text)
        words.addStretch()
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(24)
        column.addLayout(row, 1)
        column.addWidget(buttons)


class _ReasonsText(QTextEdit):
    """The reasons as paragraphs, up to a height; text without spaces, such as a path, is wrapped too."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName("Reason")
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)

    def show_reasons(self, reasons: list[str]) -> None:
        text = "\n\n".join(reasons)
        self.setPlainText(text)
        width = self.fontMetrics().averageCharWidth() * COLUMNS
        self.setFixedSize(width, min(MOST_HEIGHT, self._height(text, width)))
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def _height(self, text: str, width: int) -> int:
        """Return the height of ``text`` in a document of its own, because the shown one is laid out later."""
        document = QTextDocument()
        document.setDocumentMargin(0)
        document.setDefaultFont(self.font())
        document.setDefaultTextOption(self.document().defaultTextOption())
        document.setPlainText(text)
        document.setTextWidth(width)
        return round(document.size().height()) + 2


def _open_dialog(window: QWidget | None) -> ErrorDialog | None:
    """Return the dialog already open over ``window``, None if there is none."""
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, ErrorDialog) and widget.parent() is window and widget.isVisible():
            return widget
    return None
