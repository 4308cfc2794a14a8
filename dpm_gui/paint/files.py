"""Masks, images and whole requests of Paint as files: the dialogs that choose them, and saving."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.errors import DpmError
from core.formats.requests import save_request
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.export.figures import save_image
from dpm_gui.jobs.saving import Saver
from dpm_gui.paint.document.image_files import image_of_mask
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.opening import ARRAY_SUFFIXES, IMAGE_SUFFIXES, PaintOpener
from dpm_gui.paint.potential.files import save_potential
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.views.canvases.image_levels import image_of

IMAGE_FILTER = (
    f"Images (*{' *'.join(IMAGE_SUFFIXES)});;Arrays and archives (*{' *'.join(ARRAY_SUFFIXES)});;All files (*)"
)
PNG_FILTER = "PNG image (*.png)"
REQUEST_FILTER = "Inpainting request (*.npz)"


class PaintFiles(QObject):
    """Shows the file dialogs of Paint, and opens and saves files in jobs.

    A saved file holds the state at the time when the file was chosen, whatever is painted meanwhile.
    """

    notified = Signal(str)
    """A message about a file that has been saved."""
    failed = Signal(object)
    """The exception because of which a file was not written."""
    activity_changed = Signal(object)
    """An `Activity`, or None when no file is being written."""

    def __init__(
        self,
        paint: PaintSession,
        potential_session: PotentialSession,
        opener: PaintOpener,
        preferences: Preferences,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._opener = opener
        self._paint = paint
        self._potential_session = potential_session
        self._preferences = preferences
        self._window = window
        self.saver = Saver(self)
        self.saver.saved.connect(lambda path: self.notified.emit(f"Saved {path}"))
        self.saver.failed.connect(self.failed)
        self.saver.activity_changed.connect(self.activity_changed)

    def ask_for_mask(self) -> None:
        """Show the dialog that chooses a mask."""
        self._ask_open("Open a mask", IMAGE_FILTER, self._opener.open_mask)

    def ask_where_to_save_mask(self) -> None:
        """Show the dialog that names a file for the mask."""
        self._ask_save("Save the mask", PNG_FILTER, self.save_mask)

    def ask_for_image(self) -> None:
        """Show the dialog that chooses an image or a sequence of the user's."""
        self._ask_open("Open an image", IMAGE_FILTER, self._opener.open_image)

    def ask_where_to_save_image(self, levels: NDArray[np.uint8]) -> None:
        """Show the dialog that names a file for one of the results, ``[H, W]`` or ``[H, W, 3]``, 0 … 255."""
        self._ask_save("Save the image", PNG_FILTER, partial(self.save_result_image, levels))

    def ask_for_request(self) -> None:
        """Show the dialog that chooses an inpainting request or a potential."""
        self._ask_open("Open a request", REQUEST_FILTER, self._opener.open_request)

    def ask_where_to_save_request(self) -> None:
        """Show the dialog that names a file for the request."""
        self._ask_save("Save the request", REQUEST_FILTER, self.save_request)

    def save_mask(self, path: str) -> None:
        """Save the mask as a PNG image."""
        mask = self._paint.document.mask.values.copy()
        self.saver.save(path, lambda path: save_image(image_of_mask(mask), path))

    def save_result_image(self, levels: NDArray[np.uint8], path: str) -> None:
        """Save an image as a PNG file, pixel for pixel; the caller must not change ``levels`` afterwards."""
        self.saver.save(path, lambda path: save_image(image_of(levels), path))

    def save_request(self, path: str) -> None:
        """Save image, mask and options as one file, or the potential over the plane."""
        if self._potential_session.available:
            self.saver.save(path, partial(save_potential, self._potential_session.saved))
            return
        try:
            request = self._paint.request
        except DpmError as error:
            self.failed.emit(error)
        else:
            self.saver.save(path, partial(save_request, request))

    def shut_down(self) -> None:
        """Finish writing, and end every thread; no signal is emitted any more."""
        self.blockSignals(True)
        self.saver.shut_down()

    def _ask_open(self, title: str, kinds: str, take: Callable[[str], None]) -> None:
        from dpm_gui.dialogs.files import ask_open  # imported only when needed, so that Paint opens sooner

        ask_open(self._window, self._preferences, title, kinds, take)

    def _ask_save(self, title: str, kinds: str, take: Callable[[str], None]) -> None:
        from dpm_gui.dialogs.files import ask_save  # imported only when needed, so that Paint opens sooner

        ask_save(self._window, self._preferences, title, kinds, take)
