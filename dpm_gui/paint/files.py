"""Masks, images and whole requests of Paint as files: the dialogs that choose them, and saving."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from core.errors import BadInputError, DpmError
from core.formats.requests import save_request
from core.values.checkpoints import MAX_LEVEL
from core.values.inpainting import InpaintingRequest
from dpm_gui.desktop.preferences import Preferences
from dpm_gui.engine.result_files import WRITTEN_ARRAYS, write_levels, write_samples
from dpm_gui.jobs.saving import Saver
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.opening import ARRAY_SUFFIXES, IMAGE_SUFFIXES, PaintOpener
from dpm_gui.paint.potential.files import save_potential
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.paint.results.tiles import Tile

IMAGE_FILTER = (
    f"Images (*{' *'.join(IMAGE_SUFFIXES)});;Arrays and archives (*{' *'.join(ARRAY_SUFFIXES)});;All files (*)"
)
PNG_FILTER = "PNG image (*.png)"
ARRAY_FILTER = "NumPy array (*.npy)"
RESULT_FILTER = f"{PNG_FILTER};;JPEG image (*.jpg);;WebP image (*.webp);;TIFF image (*.tif);;{ARRAY_FILTER}"
SEQUENCE_FILTER = f"CSV table (*.csv);;{PNG_FILTER};;{ARRAY_FILTER}"
REQUEST_FILTER = "Inpainting request (*.npz)"


class PaintFiles(QObject):
    """Shows the file dialogs of Paint, and opens and saves files in jobs.

    A saved file holds the state at the time when the file was chosen, whatever is painted meanwhile.

    Attributes:
        request_on_disk: The request that was saved or opened last, and its file.
    """

    notified = Signal(str)
    """A message about a file that has been saved."""
    failed = Signal(object)
    """The exception because of which a file was not written."""
    activity_changed = Signal(object)
    activities_changed = Signal(tuple)
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
        self.request_on_disk: tuple[InpaintingRequest, str] | None = None
        self._written: dict[str, InpaintingRequest] = {}
        opener.request_taken.connect(self._note_request)
        self._formats: dict[str, str] = {}  # what has been written, by the path
        self.saver.saved.connect(self._note_saved)
        self.saver.failed.connect(self.failed)
        self.saver.activity_changed.connect(self.activity_changed)
        self.saver.activities_changed.connect(self.activities_changed)

    def ask_for_mask(self) -> None:
        """Show the dialog that chooses a mask."""
        self._ask_open("Open a mask (FILE:/NAME for one of several arrays)", IMAGE_FILTER, self._opener.open_mask)

    def ask_where_to_save_mask(self) -> None:
        """Show the dialog that names a file for the mask."""
        self._ask_save("Save the mask", PNG_FILTER, self.save_mask)

    def ask_for_image(self) -> None:
        """Show the dialog that chooses an image or a sequence of the user's."""
        self._ask_open("Open an image (FILE:/NAME for one of several arrays)", IMAGE_FILTER, self._opener.open_image)

    def paste(self) -> None:
        """Open the image, or the one image file, on the clipboard."""
        found: QMimeData | None = QGuiApplication.clipboard().mimeData()  # None where it has been emptied
        clipboard = QMimeData() if found is None else found
        files = [url.toLocalFile() for url in clipboard.urls() if url.isLocalFile()]
        if len(files) == 1:
            self._opener.open_image(files[0])
        elif clipboard.hasImage():
            self._opener.open_pasted(QImage(clipboard.imageData()))
        else:
            self.failed.emit(BadInputError("The clipboard holds no image; copy one image, or one image file, first."))

    def ask_where_to_save_tile(self, tile: Tile) -> None:
        """Show the dialog that names a file for one of the results."""
        self._ask_save("Save the image", RESULT_FILTER, partial(self.save_tile, tile))

    def ask_where_to_save_samples(self) -> None:
        """Show the dialog that names a file for all samples."""
        result = self._paint.result
        if result is not None and result.images is not None:
            kinds = RESULT_FILTER if result.images.ndim > 2 else SEQUENCE_FILTER
            self._ask_save("Save the samples", kinds, partial(self.save_samples, result.images))

    def ask_for_request(self) -> None:
        """Show the dialog that chooses an inpainting request or a potential."""
        self._ask_open("Open a request", REQUEST_FILTER, self._opener.open_request)

    def ask_where_to_save_request(self) -> None:
        """Show the dialog that names a file for the request."""
        self._ask_save("Save the request", REQUEST_FILTER, self.save_request)

    def save_mask(self, path: str) -> None:
        """Save the mask as a grey image: white is open, black is known."""
        openness = self._paint.document.mask.values.copy()
        self._save(path, lambda path: write_levels(np.rint(openness * MAX_LEVEL).astype(np.uint8), path))

    def save_tile(self, tile: Tile, path: str) -> None:
        """Save one of the results, pixel for pixel; an array holds its values, an image of a map its colours."""
        if tile.mapped and Path(path).suffix.lower() not in WRITTEN_ARRAYS:
            self._save(path, partial(write_levels, tile.levels))
        else:
            self.save_samples(np.asarray(tile.values)[None], path)

    def save_samples(self, samples: NDArray[np.floating], path: str) -> None:
        """Save samples ``[N, *shape]``, user's units; the caller must not change them afterwards."""
        opened = self._paint.opened
        if opened is not None:
            self._save(path, partial(write_samples, samples, opened.checkpoint.data, opened.checkpoint.kind))

    def save_request(self, path: str) -> None:
        """Save image, mask and options as one file, or the potential over the plane."""
        if self._potential_session.available:
            self._save(path, partial(save_potential, self._potential_session.saved), "npz file, a potential r(x)")
            return
        try:
            request = self._paint.request
        except DpmError as error:
            self.failed.emit(error)
        else:
            self._written[path] = request
            self._save(path, partial(save_request, request), "npz file, an inpainting request")

    def _save(self, path: str, write: Callable[[str], str | None], form: str = "") -> None:
        """Call ``write`` in a job; it returns the format that it has written if that is not always ``form``."""

        def note(path: str) -> None:
            self._formats[path] = write(path) or form

        self.saver.save(path, note)

    def _note_request(self, request: InpaintingRequest, path: str) -> None:
        self.request_on_disk = request, path

    def _note_saved(self, path: str) -> None:
        request = self._written.pop(path, None)
        if request is not None:
            self._note_request(request, path)
        self.notified.emit(f"Saved {path}: {self._formats.pop(path)}")

    def shut_down(self) -> None:
        """Finish writing, and end every thread; no signal is emitted any more."""
        self.blockSignals(True)
        self.saver.shut_down()

    def _ask_open(self, title: str, kinds: str, take: Callable[[str], None]) -> None:
        from dpm_gui.dialogs.files import ask_open  # imported only when needed, so that Paint opens sooner

        ask_open(self._window, self._preferences, title, kinds, take, any_name=True)

    def _ask_save(self, title: str, kinds: str, take: Callable[[str], None]) -> None:
        from dpm_gui.dialogs.files import ask_save  # imported only when needed, so that Paint opens sooner

        ask_save(self._window, self._preferences, title, kinds, take)
