"""The dialog about the program, with the versions that a bug report needs."""

from __future__ import annotations

import platform
from importlib import metadata

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

import core
from dpm_gui.desktop.appearance import without_icons

PURPOSE = (
    "Shows, measures and steers diffusion probabilistic models: a forward process destroys the structure of data "
    "in many small steps, a learned reverse process restores it."
)
SOURCE = (
    "After J. Sohl-Dickstein, E. A. Weiss, N. Maheswaranathan and S. Ganguli, "
    "“Deep unsupervised learning using nonequilibrium thermodynamics”, ICML 2015."
)
PACKAGES = ("PySide6-Essentials", "pyqtgraph", "numpy", "torch", "h5py", "av", "pillow")


def versions() -> dict[str, str]:
    """Return the version of each part by its name, without importing any of them."""
    found = {"dpm-gui": core.__version__, "Python": platform.python_version(), "Qt": qVersion()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    found["System"] = platform.platform(terse=True)
    return found


class AboutDialog(QDialog):
    """Name, purpose, source, licence and versions; the versions can be copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("About dpm-gui")
        self._versions = "\n".join(f"{name} {version}" for name, version in versions().items())
        name = self._label("dpm-gui")
        font = name.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        font.setWeight(QFont.Weight.DemiBold)
        name.setFont(font)
        source = self._label(f"{SOURCE}\n\nFree software under the MIT licence.")
        parts = self._label(self._versions)
        for label in (source, parts):
            label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        buttons = without_icons(QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self))
        copy = buttons.addButton("Copy versions", QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(self.copy_versions)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(16)
        for label in (name, self._label(PURPOSE), source, parts):
            column.addWidget(label)
        column.addStretch()
        column.addWidget(buttons)
        self.setFixedWidth(self.fontMetrics().averageCharWidth() * 72)
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()

    def copy_versions(self) -> None:
        """Put the versions on the clipboard, one a line."""
        QGuiApplication.clipboard().setText(self._versions)

    def _label(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label
