"""The inpainting session: it holds the document and the options, and runs them."""

from __future__ import annotations

import dataclasses
from typing import Unpack

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.errors import BadInputError
from core.values.inpainting import InpaintingRequest, enlarged
from dpm_gui.engine import painting
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import REVERSE
from dpm_gui.paint.debounce import Debounce
from dpm_gui.paint.document.document import HALF, PaintDocument
from dpm_gui.paint.document.raster import READY_MASKS, Area, ready_mask
from dpm_gui.paint.inpainting.options import (
    DEFAULT_SEQUENCE_OPTIONS,
    InpaintChanges,
    InpaintOptions,
    mask_note,
)
from dpm_gui.paint.inpainting.requests import (
    ExampleSource,
    PaintState,
    as_image,
    load_request_into,
    options_of_request,
    request_of,
)
from dpm_gui.paint.inpainting.runner import InpaintRunner
from dpm_gui.paint.results.summary import ResultSummary
from dpm_gui.session.session import Session


class PaintSession(InpaintRunner):
    """Inpaints the document with the session's checkpoint; only the newest request is run."""

    document_loaded = Signal(object)
    """The `Opened` that the document has been loaded from."""
    options_changed = Signal(object)
    """The `InpaintOptions` now in use."""
    note_changed = Signal(str)
    """A note on the mask or the options; may be empty."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._options = InpaintOptions()
        self._source: ExampleSource | None = None
        self._said = ""  # what a file was interpreted as
        self.document = PaintDocument(self)
        automatic, in_stroke = (lambda: self._options.automatic), (lambda: self.document.in_stroke)
        self._debounce = Debounce(automatic, in_stroke, session.spec.seed, self)
        self._debounce.due.connect(self.run)
        self.document.changed.connect(self._note_edit)
        session.opened_changed.connect(self._take)
        session.spec_changed.connect(self._debounce.note_spec)

    @property
    def opened(self) -> Opened | None:
        """The session's open checkpoint, or None."""
        return self._session.opened

    @property
    def options(self) -> InpaintOptions:
        """The options of inpainting."""
        return self._options

    @property
    def request(self) -> InpaintingRequest:
        """The request of the present document and options.

        Raises:
            BadInputError: If the request is invalid.
        """
        return request_of(self.state, self._session.spec.threads, row=self._row)

    @property
    def state(self) -> PaintState:
        """What is inpainted now, and how; whether a run follows each stroke is no part of it."""
        document, options = self.document, dataclasses.replace(self._options, automatic=True)
        return PaintState(document.image.snapshot(), document.mask.snapshot(), options, self._session.spec.seed)

    def set_in_view(self, in_view: bool) -> None:
        """Set whether Paint is visible: while it is hidden no run starts, and a run under way waits."""
        self.pause(not in_view)
        self._debounce.set_in_view(in_view)

    def set_options(self, **changes: Unpack[InpaintChanges]) -> None:
        """Change options."""
        options = dataclasses.replace(self._options, **changes)
        if options != self._options:
            ran = dataclasses.replace(options, automatic=self._options.automatic) != self._options
            if options.soft != self._options.soft:
                self._said = ""  # it told what the greys of a file were
            self._options = options
            self.options_changed.emit(options)
            if ran or options.automatic:
                self._note_change()

    def run(self) -> None:
        """Inpaint the document from the start; a run under way is stopped."""
        opened = self.opened
        if opened is None:
            return
        self._debounce.begun()
        self.note_changed.emit(self.note())
        problem = self._options.problem()
        if problem is not None:
            self.note_changed.emit(problem)
        if problem is not None or self._idle():
            self.forget_result()
        else:
            self._inpaint(opened, self.state, self._session.spec.threads, row=self._row)

    def stop(self) -> None:
        self._debounce.stop()
        super().stop()

    def note(self) -> str:
        """Return the note on the mask and on the file that was opened last; may be empty."""
        if self.opened is None:
            return ""
        note = mask_note(self.openness(), self._options.start)
        return " ".join(part for part in (note, self._said) if part)

    def openness(self, area: Area | None = None) -> NDArray[np.generic]:
        """Return the mask that counts, of the whole document or of ``area``.

        It is the openness of each pixel, 0 … 1, if greys are a confidence; else it is True and False.
        """
        openness = self.document.mask.values[... if area is None else area.slices]
        return openness if self._options.soft else openness >= HALF

    def say(self, text: str) -> None:
        """Show ``text`` with the note until the document changes."""
        self._said = text
        self.note_changed.emit(self.note())

    def show_example(self, step: int) -> None:
        """Load the example of the checkpoint, or of the given data, that is ``step`` further on, or back."""
        given = self._session.given
        if self._source is not None:
            example = self._source.step_by(step, None if given is None else given.values)
            self.document.replace_image(as_image(example), "another example")

    def show_sample(self) -> None:
        """Load the next sample of the session's reverse run."""
        frame = self._session.recording(REVERSE).frame(0)
        if self._source is None or frame is None:
            self.failed.emit(BadInputError("There is no sample yet: the reverse run has not reached t = 0."))
            return
        self.document.replace_image(as_image(self._source.next_sample(frame)), "sample")

    def mask_all(self) -> None:
        """Mask everything, so that nothing is known."""
        self.document.set_mask(np.ones_like(self.document.mask.values), "free all")

    def take_ready_mask(self, name: str) -> None:
        """Set the mask to one of `READY_MASKS`."""
        height, width = self.document.image.values.shape[:2]
        self.document.set_mask(ready_mask(name, height, width, self._session.spec.seed), READY_MASKS[name].lower())

    def follow(self) -> None:
        """Load what the session has opened already."""
        if self._session.opened is not None:
            self._take(self._session.opened)

    @property
    def example_shape(self) -> tuple[int, ...]:
        """The shape of the image or sequence in the document."""
        shape = self.document.image.values.shape
        return shape[1:] if self._row else shape

    def take_example(self, example: NDArray[np.floating], openness: NDArray[np.float32] | None) -> None:
        """Load an image or a sequence of the user's, user's units, and its mask ``[H, W]``, unless that is None."""
        self.document.replace_image(as_image(example), "open image", None if openness is None else as_image(openness))

    def take_mask(self, openness: NDArray[np.float32]) -> None:
        """Load a mask of the user's, ``[H, W]`` or ``[D]``.

        Raises:
            BadInputError: If the image has another size now.
        """
        mask = as_image(openness)
        if mask.shape != self.document.mask.values.shape:
            raise BadInputError("The mask was not used: it was read for an image of another size. Open it again.")
        self.document.set_mask(mask, "open mask")

    def enlarge(self, margins: tuple[int, int, int, int]) -> None:
        """Add open pixels at the left, top, right and bottom of the image, undoably, if the model takes that size."""
        document, opened = self.document, self.opened
        if opened is None:
            return
        try:
            image, openness = enlarged(document.image.values, document.mask.values, margins)
            painting.check_size(opened, image.shape)
        except BadInputError as error:
            self.failed.emit(error)
        else:
            document.replace_image(image, "enlarge the frame", openness)

    def keep_sample(self, index: int) -> None:
        """Make one of the results the new image, undoably."""
        images = None if self.result is None else self.result.images
        if images is not None and index < len(images):  # fewer may have come since it was chosen
            self.document.replace_image(as_image(images[index]), "keep sample")

    def take_request(self, request: InpaintingRequest) -> None:
        """Load the request of a file.

        Raises:
            BadInputError: If the request does not fit the open checkpoint.
        """
        if self.opened is None:
            raise BadInputError("No checkpoint is open: open the one that this request was made for.")
        painting.check_size(self.opened, request.image.shape)
        load_request_into(self.document, request)
        self._session.edit(seed=request.seed)
        self.set_options(**options_of_request(request))

    def take_state(self, state: PaintState, summary: ResultSummary | None) -> None:
        """Set image, mask, options and seed to those of ``state``, and show its results; without any a run is due.

        This is part of a command on the undo stack.
        """
        self.stop()
        self.document.restore(state.image, state.openness)
        self._session.edit(seed=state.seed)
        self.set_options(**dataclasses.asdict(dataclasses.replace(state.options, automatic=self._options.automatic)))
        self._note_change()
        if summary is not None:
            self._debounce.begun()
            self._show(summary)

    def shut_down(self) -> None:
        self._debounce.stop()
        self.document.undo_stack.blockSignals(True)
        super().shut_down()

    def _take(self, opened: Opened) -> None:
        """Load the first example of ``opened`` into the document."""
        self.stop()
        self.forget_result()
        data = opened.checkpoint.data
        self._source = ExampleSource(data)
        row = not self._session.state_kind.is_image
        defaults = DEFAULT_SEQUENCE_OPTIONS if row else InpaintOptions()
        self._options = dataclasses.replace(defaults, automatic=self._options.automatic, soft=self._options.soft)
        image = as_image(self._source.example)
        height, width = image.shape[:2]
        # an image gets a hole, so that a result appears at once; of a sequence, all bits are free
        mask = np.ones((height, width), np.bool_) if row else ready_mask("hole", height, width, 0)
        self.document.load_image(image, data.value_range, mask)
        self.document_loaded.emit(opened)
        self.options_changed.emit(self._options)

    @property
    def _row(self) -> bool:
        """Whether the document's image is the single row of a sequence."""
        return self.opened is not None and not self._session.state_kind.is_image

    def _idle(self) -> bool:
        return not self.openness().any() and self._options.start is None

    def _note_edit(self) -> None:
        self._said = ""
        self._note_change()

    def _note_change(self) -> None:
        self.note_changed.emit(self.note())
        self._debounce.note()
