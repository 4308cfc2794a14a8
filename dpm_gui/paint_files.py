"""Masks, pictures and whole requests of Paint as files: the dialogs that ask for them, and what is saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from core.errors import DpmError
from dpm_gui import engine
from dpm_gui.export import save_image
from dpm_gui.paint_opening import PaintOpener
from dpm_gui.paint_session import PaintSession
from dpm_gui.painting.images import image_of
from dpm_gui.painting.mask_files import image_of_mask
from dpm_gui.painting.wish_files import save_wish
from dpm_gui.preferences import Preferences
from dpm_gui.wish_session import WishSession

PICTURES = "Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff);;All files (*)"
REQUESTS = "What to fill in (*.npz)"


class PaintFiles(QObject):
    """Asks for files, has them opened, and writes what is to be saved."""

    told = Signal(str)
    """What has been done, in words."""
    failed = Signal(object)
    """A `DpmError`: why a file was not written."""

    def __init__(
        self,
        paint: PaintSession,
        wishes: WishSession,
        opener: PaintOpener,
        preferences: Preferences,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._opener = opener
        self._paint = paint
        self._wishes = wishes
        self._preferences = preferences
        self._window = window

    def ask_for_mask(self) -> None:
        """Show the dialog that chooses a mask."""
        self._ask_open("Open a mask", PICTURES, self._opener.open_mask)

    def ask_where_to_save_mask(self) -> None:
        """Show the dialog that names a file for the mask."""
        self._ask_save("Save the mask", "PNG picture (*.png)", "png", self.save_mask)

    def ask_for_picture(self) -> None:
        """Show the dialog that chooses a picture of one's own."""
        self._ask_open("Open a picture", PICTURES, self._opener.open_picture)

    def ask_where_to_save_picture(self, levels: NDArray[np.uint8]) -> None:
        """Show the dialog that names a file for one of the results, ``[H, W]`` or ``[H, W, 3]``, 0 … 255."""
        self._ask_save("Save the picture", "PNG picture (*.png)", "png", partial(self.save_picture, levels))

    def ask_for_request(self) -> None:
        """Show the dialog that chooses a request to fill in."""
        self._ask_open("Open what to fill in", REQUESTS, self._opener.open_request)

    def ask_where_to_save_request(self) -> None:
        """Show the dialog that names a file for the request."""
        self._ask_save("Save what to fill in", REQUESTS, "npz", self.save_request)

    def save_mask(self, path: str) -> None:
        """Save the mask as a PNG picture."""
        self._save(path, partial(save_image, image_of_mask(self._paint.easel.mask.values)))

    def save_picture(self, levels: NDArray[np.uint8], path: str) -> None:
        """Save a picture as a PNG file, a pixel for a pixel."""
        self._save(path, partial(save_image, image_of(levels)))

    def save_request(self, path: str) -> None:
        """Save picture, mask and options as one file."""
        if self._wishes.available:
            self._save(path, partial(save_wish, self._wishes.saved))
        else:
            self._save(path, lambda path: engine.save_request(self._paint.request, path))

    def _save(self, path: str, write: Callable[[str], None]) -> None:
        """Have a file written, and tell that it was, or why it was not."""
        try:
            write(path)
        except DpmError as error:
            self.failed.emit(error)
        else:
            self.told.emit(f"Saved {path}")

    def _ask_open(self, title: str, kinds: str, take: Callable[[str], None]) -> None:
        dialog = QFileDialog(self._window, title, self._preferences.last_folder, kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(take)
        dialog.open()

    def _ask_save(self, title: str, kinds: str, suffix: str, take: Callable[[str], None]) -> None:
        dialog = QFileDialog(self._window, title, self._preferences.last_folder, kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(take)
        dialog.open()
