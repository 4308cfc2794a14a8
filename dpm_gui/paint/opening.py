"""Opens images, masks and whole requests in Paint: reads them in a job, and asks the user if their sizes do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QMessageBox, QWidget

from core.errors import BadInputError
from core.formats import requests
from core.values.checkpoints import DataInfo
from core.values.inpainting import InpaintingRequest
from dpm_gui.engine import image_files
from dpm_gui.engine.given_examples import CHECKPOINT_SUFFIXES, ArrayChoice, name_of
from dpm_gui.engine.image_files import CROPPED, FITTED, CheckpointFile, ExampleInFile, FileContent, Fit, MaskInFile
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.state_kinds import state_kind_of
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.potential.files import SavedPotential, load_potential
from dpm_gui.paint.potential.session import PotentialSession

IMAGE_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".pgm", ".ppm", ".pbm", ".jp2", ".avif",
)  # fmt: skip
ARRAY_SUFFIXES = (".npy", ".npz", ".h5", ".hdf5", ".mat", ".gz", ".csv", ".tsv", ".zip")
PASTED = "pasted image"
READING, READING_HDF5 = "read", "read HDF5"
"""Purposes of jobs. HDF5 may be a checkpoint, which no other file stops from being opened."""

Value = TypeVar("Value")


class PaintOpener(TaskOwner):
    """Reads one file at a time, always the newest, and loads its content into the document.

    A file is meant for the checkpoint that was open when it was chosen; if another one is opened first, the file is
    dropped.
    """

    notified = Signal(str)
    """A message about a file that has been dropped."""
    loaded = Signal(str)
    """The name of a file whose content is now in the document, and what it was interpreted as."""
    request_taken = Signal(object, str)
    """An `InpaintingRequest` that is now in the document, and the file that it was read from."""
    checkpoint_found = Signal(str)
    """The path of a file that is to be opened as a checkpoint."""
    purpose = READING

    def __init__(self, paint: PaintSession, potential_session: PotentialSession, window: QWidget) -> None:
        super().__init__(window, (READING, READING_HDF5))
        self._paint = paint
        self._potential_session = potential_session
        self._window = window
        self._name = ""
        self._fit: Fit | None = None
        self._asked: QDialog | None = None
        paint.document_loaded.connect(self._leave)

    @property
    def busy(self) -> bool:
        """Whether a file is being read, or the user is being asked about one."""
        return self.running or READING_HDF5 in self._tasks or self._asked is not None

    def open(self, path: str) -> bool:
        """Open what the file at ``path`` holds; return False if it can only be a checkpoint."""
        opened, suffix = self._paint.opened, Path(path).suffix.lower()
        if opened is not None and _can_inpaint(opened):
            self._read_for(opened, path)
        elif suffix == ".npz":
            self.open_request(path)
        elif suffix in IMAGE_SUFFIXES:
            self.open_image(path)
        else:
            return False
        return True

    def open_image(self, path: str) -> None:
        """Open an image or a sequence of bits to inpaint; the user says how an image of another size is to fit."""
        opened = self._paint.opened
        if opened is not None and _can_inpaint(opened):
            self._read_for(opened, path)
        else:
            reason = "the open checkpoint has no images; open a checkpoint of images first"
            self.failed.emit(BadInputError(f"{path}: {reason}"))

    def open_pasted(self, image: QImage) -> None:
        """Open an image of the clipboard to inpaint."""
        opened = self._paint.opened
        if opened is not None and _can_inpaint(opened):
            work = partial(_pasted, opened, image, self._paint.options.soft)
            self._read(PASTED, work, partial(self._take, opened, PASTED))

    def open_mask(self, path: str) -> None:
        """Load the mask in the file at ``path``."""
        work = partial(image_files.read_mask, path, self._paint.example_shape, self._fit, self._paint.options.soft)
        self._read(path, work, partial(self._take_mask, name_of(path)))

    def open_request(self, path: str) -> None:
        """Load image, mask and options, or the potential over the plane, from the file at ``path``."""
        if self._potential_session.available:
            self._read(path, lambda: _potential_in(path), self._potential_session.take)
        else:
            self._read(path, lambda: _request_in(path), partial(self._take_request, path))

    def stop(self) -> None:
        """Stop opening the file under way."""
        self._tasks.stop((READING, READING_HDF5))
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

        self._name = name_of(path)
        purpose = READING_HDF5 if Path(path).suffix.lower() in CHECKPOINT_SUFFIXES else READING
        self._tasks.begin(purpose, work, take_all, f"Opening {self._name}", 0)

    def _read_for(self, opened: Opened, path: str) -> None:
        """Read a file of any kind for the checkpoint that is open."""
        work = partial(image_files.read_file, opened, path, self._paint.options.soft)
        self._read(path, work, partial(self._take, opened, path))

    def _take(self, opened: Opened, path: str, found: FileContent) -> None:
        data = opened.checkpoint.data
        if isinstance(found, CheckpointFile):
            self.checkpoint_found.emit(found.path)
        elif isinstance(found, ArrayChoice):
            self._ask_which(found, partial(self._read_for, opened))
        elif isinstance(found, InpaintingRequest):
            self._take_request(path, found)
        elif found.values.shape == data.shape or opened.takes_any_size:
            self._take_example(name_of(path), found)
        else:
            self._ask_how(path, found, data)

    def _take_request(self, path: str, request: InpaintingRequest) -> None:
        self._paint.take_request(request)
        self.request_taken.emit(request, path)

    def _take_example(self, name: str, example: ExampleInFile) -> None:
        """Put an image or a sequence that fits into the document."""
        self._paint.take_example(example.values, example.openness)
        self._fit = example.fit
        text = f"interpreted as {example.interpreted_as}"
        if example.fit is not None:
            text = f"{example.fit.how} from {_size(example.fit.size)} to {_size(example.values.shape)} pixels; {text}"
        self.loaded.emit(f"{name}: {text}")

    def _ask_how(self, path: str, example: ExampleInFile, data: DataInfo) -> None:
        shape, name = example.values.shape, name_of(path)

        def fit(how: str) -> None:
            size = Fit((shape[0], shape[1]), how)
            work = partial(image_files.fit_example, example, data, size)
            self._read(path, work, partial(self._take_example, name))

        text = f"{name} has {_size(shape)} pixels (height x width); the model takes {_size(data.shape)}."
        answers = {"Fit": partial(fit, FITTED), "Crop": partial(fit, CROPPED)}
        self._ask(text, "Fit stretches the whole image to that size; crop keeps its middle.", answers)

    def _take_mask(self, name: str, mask: MaskInFile | ArrayChoice) -> None:
        if isinstance(mask, ArrayChoice):
            self._ask_which(mask, self.open_mask)
            return
        self._paint.take_mask(mask.openness)
        self.loaded.emit(f"{name}: {mask.sentence}")

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

    def _ask_which(self, choice: ArrayChoice, read: Callable[[str], None]) -> None:
        """Ask for one of several arrays, and ``read`` it."""
        from dpm_gui.dialogs.arrays import ArrayDialog  # imported only when needed, so that Paint opens sooner

        def forget() -> None:
            self._asked = None

        dialog = ArrayDialog(self._window, choice.path, choice.shapes, lambda name: read(choice.path_of(name)))
        dialog.finished.connect(forget)
        self._asked = dialog
        dialog.open()

    def _leave(self) -> None:
        """Drop the file being opened: it was meant for the checkpoint that was open before."""
        if self.busy:
            self.stop()
            self.notified.emit(f"{self._name} was not used: another checkpoint is open now")


def _can_inpaint(opened: Opened) -> bool:
    """Return whether ``opened`` has images or sequences of bits."""
    return not state_kind_of(opened.checkpoint).is_points


# These run in the job:
def _pasted(opened: Opened, image: QImage, soft: bool) -> Iterator[FileContent]:
    """Yield an image of the clipboard as it would come from a PNG file."""
    with TemporaryDirectory() as folder:
        path = str(Path(folder, f"{PASTED}.png"))
        image.save(path)
        try:
            yield from image_files.read_file(opened, path, soft)
        except BadInputError as error:
            raise BadInputError(str(error).replace(path, PASTED)) from error


def _request_in(path: str) -> Iterator[InpaintingRequest]:
    yield requests.load_request(path)


def _potential_in(path: str) -> Iterator[SavedPotential]:
    yield load_potential(path)


def _size(shape: tuple[int, ...]) -> str:
    """Return the height and width, in the order of the reader's sentences."""
    return f"{shape[0]} x {shape[1]}"
