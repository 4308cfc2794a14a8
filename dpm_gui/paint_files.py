"""Masks, pictures and whole requests of Paint as files: the dialogs, and what they come to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from core.errors import BadInputError, DpmError
from dpm_gui import engine
from dpm_gui.export import save_image
from dpm_gui.paint_session import PaintSession
from dpm_gui.painting.levels import from_levels
from dpm_gui.painting.mask_files import (
    CROPPED,
    FITTED,
    image_of_mask,
    mask_of,
    picture_for,
    read_image,
    scaled_mask,
)
from dpm_gui.painting.wish_files import load_wish, save_wish
from dpm_gui.preferences import Preferences
from dpm_gui.views.tiles import image_of
from dpm_gui.wish_session import WishSession

PICTURES = "Pictures (*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff);;All files (*)"
PICTURE_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
REQUESTS = "What to fill in (*.npz)"

Found = TypeVar("Found")


class PaintFiles(QObject):
    """Asks for files, reads and writes them, and hands what is in them to the painting."""

    told = Signal(str)
    """What has been done, in words."""
    failed = Signal(object)
    """A `DpmError`: why a file was not used."""

    def __init__(self, paint: PaintSession, wishes: WishSession, preferences: Preferences, window: QWidget) -> None:
        super().__init__(window)
        self._paint = paint
        self._wishes = wishes
        self._preferences = preferences
        self._window = window

    def ask_for_mask(self) -> None:
        """Show the dialog that chooses a mask."""
        self._ask_open("Open a mask", PICTURES, self.open_mask)

    def ask_where_to_save_mask(self) -> None:
        """Show the dialog that names a file for the mask."""
        self._ask_save("Save the mask", "PNG picture (*.png)", "png", self.save_mask)

    def ask_for_picture(self) -> None:
        """Show the dialog that chooses a picture of one's own."""
        self._ask_open("Open a picture", PICTURES, self.open_picture)

    def ask_where_to_save_picture(self, levels: NDArray[np.uint8]) -> None:
        """Show the dialog that names a file for one of the results, ``[H, W]`` or ``[H, W, 3]``, 0 … 255."""
        self._ask_save("Save the picture", "PNG picture (*.png)", "png", partial(self.save_picture, levels))

    def ask_for_request(self) -> None:
        """Show the dialog that chooses a request to fill in."""
        self._ask_open("Open what to fill in", REQUESTS, self.open_request)

    def ask_where_to_save_request(self) -> None:
        """Show the dialog that names a file for the request."""
        self._ask_save("Save what to fill in", REQUESTS, "npz", self.save_request)

    def open_mask(self, path: str) -> None:
        """Take the mask in the file at ``path``; one of another size once a person agrees to have it scaled."""
        found = self._tried(lambda: mask_of(read_image(path)))
        if found is None:
            return
        easel = self._paint.easel
        shape = easel.mask.values.shape
        if found.shape == shape:
            easel.set_mask(found, "open mask")
            return
        text = f"{Path(path).name} has {_size(found.shape)} pixels, and the picture {_size(shape)}."
        scale = QMessageBox.StandardButton.Ok
        box = self._question(text, "Scale the mask? Each pixel takes the value of the nearest one.")
        box.setStandardButtons(scale | QMessageBox.StandardButton.Cancel)
        box.button(scale).setText("Scale")
        box.finished.connect(
            lambda answer: easel.set_mask(scaled_mask(found, *shape), "open mask") if answer == scale.value else None
        )
        box.open()

    def save_mask(self, path: str) -> None:
        """Save the mask as a PNG picture."""

        def save() -> str:
            save_image(image_of_mask(self._paint.easel.mask.values), path)
            return path

        self._tell_saved(self._tried(save))

    def save_picture(self, levels: NDArray[np.uint8], path: str) -> None:
        """Save a picture as a PNG file, a pixel for a pixel."""

        def save() -> str:
            save_image(image_of(levels), path)
            return path

        self._tell_saved(self._tried(save))

    def open_picture(self, path: str) -> None:
        """Have a picture of one's own to be filled in; one of another size is fitted or cropped, as a person says."""
        image = self._tried(lambda: read_image(path))
        opened = self._paint.opened
        if image is None:
            return
        if opened is None or not opened.checkpoint.data.is_picture:
            self.failed.emit(
                BadInputError(f"{path}: what is open has no pictures; open a checkpoint of pictures first")
            )
            return
        data = opened.checkpoint.data

        def take(how: str) -> None:
            levels = picture_for(image, data.shape, how)
            self._paint.show_picture(from_levels(levels, data.value_range))
            sizes = f"from {_size((image.height(), image.width()))} to {_size(data.shape)} pixels"
            self.told.emit(f"{Path(path).name}: {how}, {sizes}" if how else f"Opened {path}")

        if engine.takes_any_size(opened):
            shape = (image.height(), image.width(), *data.shape[2:])
            self._paint.show_picture(from_levels(picture_for(image, shape, FITTED), data.value_range))
            self.told.emit(f"Opened {path}")
            return
        if (image.height(), image.width()) == data.shape[:2]:
            take("")
            return
        found = _size((image.height(), image.width()))
        text = f"{Path(path).name} has {found} pixels; the model takes {_size(data.shape)}."
        box = self._question(text, "Fit squeezes all of it into that shape; crop keeps its middle.")
        fit = box.addButton("Fit", QMessageBox.ButtonRole.AcceptRole)
        crop = box.addButton("Crop", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        fit.clicked.connect(lambda: take(FITTED))
        crop.clicked.connect(lambda: take(CROPPED))
        box.open()

    def open_request(self, path: str) -> None:
        """Take picture, mask and options from the file at ``path``."""
        if self._wishes.available:
            saved = self._tried(lambda: load_wish(path))
            if saved is not None:
                self._wishes.take(saved)
            return
        request = self._tried(lambda: engine.load_request(path))
        if request is not None:
            self._tried(lambda: self._paint.take_request(request))

    def save_request(self, path: str) -> None:
        """Save picture, mask and options as one file."""

        def save() -> str:
            if self._wishes.available:
                save_wish(self._wishes.saved, path)
            else:
                engine.save_request(self._paint.request, path)
            return path

        self._tell_saved(self._tried(save))

    def _tell_saved(self, path: str | None) -> None:
        if path is not None:
            self.told.emit(f"Saved {path}")

    def open(self, path: str) -> bool:
        """Open what kind of file was dropped; tell whether it is one of these."""
        suffix = Path(path).suffix.lower()
        if suffix == ".npz":
            self.open_request(path)
        elif suffix in PICTURE_SUFFIXES:
            self.open_picture(path)
        else:
            return False
        return True

    def _tried(self, work: Callable[[], Found]) -> Found | None:
        """Return what ``work`` comes to, or None after telling why it did not."""
        try:
            return work()
        except DpmError as error:
            self.failed.emit(error)
            return None

    def _question(self, text: str, more: str) -> QMessageBox:
        box = QMessageBox(QMessageBox.Icon.Question, "Paint", text, parent=self._window)
        box.setInformativeText(more)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return box

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


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} × {shape[0]}"
