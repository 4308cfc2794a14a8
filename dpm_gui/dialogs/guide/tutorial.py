"""The window of the tutorial, which stays open beside the program while one works through it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QTextBrowser, QVBoxLayout, QWidget

from core.runtime.assets import page

NAME = "tutorial.md"


class TutorialDialog(QDialog):
    """Shows docs/tutorial.md; other pages are opened by the system."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Tutorial")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        try:
            path = page(NAME)
        except FileNotFoundError:
            self.text: QTextBrowser | QLabel = QLabel("The tutorial is not installed; it is docs/tutorial.md.", self)
            self.text.setMargin(24)
        else:
            self.text = self._browser(path)
        layout.addWidget(self.text)
        self.resize(self.fontMetrics().averageCharWidth() * 92, 640)
        self.text.setFocus()

    def _browser(self, path: Path) -> QTextBrowser:
        browser = QTextBrowser(self)
        browser.setAccessibleName("Tutorial")
        browser.setFrameShape(QFrame.Shape.NoFrame)
        browser.document().setDocumentMargin(24)
        browser.setSearchPaths([str(path.parent)])
        browser.setMarkdown(path.read_text(encoding="utf-8"))
        browser.setOpenLinks(False)
        browser.anchorClicked.connect(lambda url: QDesktopServices.openUrl(_beside(path, url)))
        return browser


def _beside(path: Path, url: QUrl) -> QUrl:
    """Return a link of the page at ``path``: of another page, of a file beside it."""
    return QUrl.fromLocalFile(str(path.parent / url.path())) if url.isRelative() else url
