"""Opens images, masks and whole requests in Paint: reads them in a job, and asks the user if their sizes do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from core.errors import BadInputError
from core.formats import requests
from core.values.checkpoints import DataInfo, from_levels
from core.values.inpainting import InpaintingRequest
from dpm_gui.engine import painting
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.paint.document import image_files
from dpm_gui.paint.document.image_files import CROPPED, FITTED, levels_of_shape, scaled_mask
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.potential.files import SavedPotential, load_potential
from dpm_gui.paint.potential.session import PotentialSession

IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
READING = "read"

Value = TypeVar("Value")
LevelArray = NDArray[np.uint8]


class PaintOpener(TaskOwner):
    """Reads one file at a time, always the newest, and loads its content into the document.

    A file is meant for the checkpoint that was open when it was chosen; if another one is opened first, the file is
    dropped.
    """

    notified = Signal(str)
    """A message about a file that has been opened or dropped."""
    purpose = READING

    def __init__(self, paint: PaintSession, potential_session: PotentialSession, window: QWidget) -> None:
        super().__init__(window)
        self._paint = paint
        self._potential_session = potential_session
        self._window = window
        self._name = ""
        self._asked: QMessageBox | None = None
        paint.document_loaded.connect(self._leave)

    @property
    def busy(self) -> bool:
        """Whether a file is being read, or the user is being asked about one."""
        return self.running or self._asked is not None

    def open(self, path: str) -> bool:
        """Open the image or request at ``path``; return False if its suffix is of neither."""
        suffix = Path(path).suffix.lower()
        if suffix == ".npz":
            self.open_request(path)
        elif suffix in IMAGE_SUFFIXES:
            self.open_image(path)
        else:
            return False
        return True

    def open_image(self, path: str) -> None:
        """Open an image of the user's to inpaint; the user chooses whether one of another size is fitted or cropped."""
        opened = self._paint.opened
        if opened is None or not (kind := state_kind_of(opened.checkpoint)).is_image:
            reason = "the open checkpoint has no images; open a checkpoint of images first"
            self.failed.emit(BadInputError(f"{path}: {reason}"))
            return
        data = opened.checkpoint.data

        def take(levels: LevelArray) -> None:
            shape = levels.shape if painting.takes_any_size(opened) else data.shape
            if levels.shape == shape:
                self._fit(path, levels, data, shape)
            else:
                self._ask_how(path, levels, data)

        self._read(path, lambda: _levels_in(path, colour=kind.channels > 1), take)

    def open_mask(self, path: str) -> None:
        """Load the mask in the file at ``path``; one of another size is scaled if the user agrees."""
        self._read(path, lambda: _mask_in(path), self._take_mask)

    def open_request(self, path: str) -> None:
        """Load image, mask and options, or the potential over the plane, from the file at ``path``."""
        if self._potential_session.available:
            self._read(path, lambda: _potential_in(path), self._potential_session.take)
        else:
            self._read(path, lambda: _request_in(path), self._paint.take_request)

    def stop(self) -> None:
        """Stop opening the file under way."""
        super().stop()
        if self._asked is not None:
            self._asked.reject()

    def shut_down(self) -> None:
        """End every thread; no signal is emitted and nothing starts any more."""
        self.blockSignals(True)
        self.stop()
        super().shut_down()

    def _read(self, path: str, work: Callable[[], Iterator[Value]], take: Callable[[Value], None]) -> None:
        """Run ``work``, which yields one value, in a job, and pass the value to ``take``."""

        def take_all(values: list[Value]) -> int:
            for value in values:
                take(value)
            return len(values)

        self._name = Path(path).name
        self._tasks.begin(READING, work, take_all, f"Opening {self._name}", 0)

    def _fit(self, path: str, levels: LevelArray, data: DataInfo, shape: tuple[int, ...], how: str = "") -> None:
        """Scale an image that was read to ``shape``, and put it into the document."""

        def take(image: NDArray[np.float32]) -> None:
            self._paint.show_image(image)
            sizes = f"from {_size(levels.shape)} to {_size(shape)} pixels"
            self.notified.emit(f"{self._name}: {how}, {sizes}" if how else f"Opened {path}")

        self._read(path, lambda: _fitted(levels, data, shape, how), take)

    def _ask_how(self, path: str, levels: LevelArray, data: DataInfo) -> None:
        text = f"{self._name} has {_size(levels.shape)} pixels; the model takes {_size(data.shape)}."
        fit = partial(self._fit, path, levels, data, data.shape)
        answers = {"Fit": partial(fit, FITTED), "Crop": partial(fit, CROPPED)}
        self._ask(text, "Fit stretches the whole image to that size; crop keeps its middle.", answers)

    def _take_mask(self, mask: NDArray[np.bool_]) -> None:
        document = self._paint.document
        shape = document.mask.values.shape
        if mask.shape == shape:
            document.set_mask(mask, "open mask")
            return
        text = f"{self._name} has {_size(mask.shape)} pixels, and the image {_size(shape)}."
        answers = {"Scale": lambda: document.set_mask(scaled_mask(mask, *shape), "open mask")}
        self._ask(text, "Scale the mask? Each pixel takes the value of the nearest one.", answers)

    def _ask(self, text: str, more: str, answers: Mapping[str, Callable[[], None]]) -> None:
        """Ask a question; ``answers`` maps each button to what it does, and cancelling does nothing."""
        box = QMessageBox(QMessageBox.Icon.Question, "Paint", text, parent=self._window)
        box.setInformativeText(more)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        buttons = {name: box.addButton(name, QMessageBox.ButtonRole.AcceptRole) for name in answers}
        box.addButton(QMessageBox.StandardButton.Cancel)

        def finish() -> None:
            self._asked = None
            for name, button in buttons.items():
                if box.clickedButton() is button:
                    answers[name]()

        box.finished.connect(finish)
        self._asked = box
        box.open()

    def _leave(self) -> None:
        """Drop the file being opened: it was meant for the checkpoint that was open before."""
        if self.busy:
            self.stop()
            self.notified.emit(f"{self._name} was not used: another checkpoint is open now")


# These run in the job:
def _levels_in(path: str, *, colour: bool) -> Iterator[LevelArray]:
    image = image_files.read_image(path)
    yield image_files.rgb_of(image) if colour else image_files.grey_of(image)


def _fitted(levels: LevelArray, data: DataInfo, shape: tuple[int, ...], how: str) -> Iterator[NDArray[np.float32]]:
    yield from_levels(levels_of_shape(levels, shape, how), data.value_range)


def _mask_in(path: str) -> Iterator[NDArray[np.bool_]]:
    yield image_files.mask_of(image_files.read_image(path))


def _request_in(path: str) -> Iterator[InpaintingRequest]:
    yield requests.load_request(path)


def _potential_in(path: str) -> Iterator[SavedPotential]:
    yield load_potential(path)


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} × {shape[0]}"
