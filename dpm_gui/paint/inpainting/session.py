"""What is painted on, what is filled in by it, and when."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Unpack

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.errors import BadInputError
from core.values.inpainting import InpaintingFrame, InpaintingRequest
from dpm_gui.engine import painting
from dpm_gui.engine.opening import Opened
from dpm_gui.engine.values import REVERSE
from dpm_gui.jobs.tasks import TaskOwner
from dpm_gui.paint.debounce import Debounce
from dpm_gui.paint.document.document import PaintDocument
from dpm_gui.paint.document.raster import READY_MASKS, ready_mask
from dpm_gui.paint.inpainting.options import InpaintChanges, InpaintOptions, mask_note
from dpm_gui.paint.inpainting.requests import ExampleSource, as_image, load_request_into, options_of_request, request_of
from dpm_gui.paint.inpainting.summary import ResultSummary, with_summaries
from dpm_gui.session.session import Session

INPAINTING = "inpaint"
DEFAULT_SEQUENCE_OPTIONS = InpaintOptions(count=16, weighted=True, particles=512)
"""Of short rows many are drawn, and of their weighted kind so many that they are right."""


class InpaintRunner(TaskOwner):
    """Runs requests, one after the other, and holds the newest frame that shows pictures."""

    started = Signal()
    """A run has begun: the results that are there are of another request."""
    result_changed = Signal(object)
    """A `InpaintingFrame` with pictures, or None where there are none any more."""
    stepped = Signal(int)
    """The chain has come to this step, without pictures to show for it."""
    ended = Signal(object)
    """None after a run that came to its end or was stopped, else the error."""

    purpose = INPAINTING

    def __init__(self, parent: QObject | None) -> None:
        super().__init__(parent)
        self._summary: ResultSummary | None = None

    @property
    def result(self) -> InpaintingFrame | None:
        """The newest frame that shows pictures."""
        return None if self._summary is None else self._summary.frame

    @property
    def summary(self) -> ResultSummary | None:
        """What is shown of it."""
        return self._summary

    def forget_result(self) -> None:
        """Stop what is under way, and forget what came of it."""
        self.stop()
        self._show(None)

    def _inpaint(self, opened: Opened, request: InpaintingRequest) -> None:
        """Fill in ``request`` from the start; what was being filled in is stopped."""
        steps = request.start or opened.checkpoint.steps
        self.started.emit()
        data = opened.checkpoint.data

        def work() -> Iterator[InpaintingFrame | ResultSummary]:
            return with_summaries(painting.inpaint(opened, request), data)

        self._tasks.begin(self.purpose, work, self._take_values, "Filling in", steps + 1)

    def _note_end(self, purpose: str, error: Exception | None) -> None:
        self.ended.emit(error)
        super()._note_end(purpose, error)

    def _take_values(self, values: list[InpaintingFrame | ResultSummary]) -> int:
        shown = [value for value in values if isinstance(value, ResultSummary)]
        if shown:
            self._show(shown[-1])
        if values and isinstance(values[-1], InpaintingFrame):
            self.stepped.emit(values[-1].t)
        pauses = sum(isinstance(value, InpaintingFrame) and value.pause for value in values)
        return len(values) - pauses - sum(each.frame.preview for each in shown)

    def _show(self, shown: ResultSummary | None) -> None:
        self._summary = shown
        self.result_changed.emit(self.result)


class PaintSession(InpaintRunner):
    """Fills in what the easel holds with what the session has open; the newest wish alone is heeded."""

    document_loaded = Signal(object)
    """Something else is open: its `Opened`, the easel ready for it."""
    options_changed = Signal(object)
    """The `InpaintOptions` now in use."""
    note_changed = Signal(str)
    """What to know about what is masked; empty where there is nothing to say."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._options = InpaintOptions()
        self._source: ExampleSource | None = None
        self.document = PaintDocument(self)
        automatic, in_stroke = (lambda: self._options.automatic), (lambda: self.document.in_stroke)
        self._debounce = Debounce(automatic, in_stroke, session.spec.seed, self)
        self._debounce.due.connect(self.run)
        self.document.changed.connect(self._note_change)
        session.opened_changed.connect(self._take)
        session.spec_changed.connect(self._debounce.note_spec)

    @property
    def opened(self) -> Opened | None:
        """What is open, if it can be painted on."""
        return self._session.opened

    @property
    def options(self) -> InpaintOptions:
        """How to fill in."""
        return self._options

    @property
    def request(self) -> InpaintingRequest:
        """What is to be filled in, as it stands.

        Raises:
            BadInputError: If it cannot be.
        """
        row = self.opened is not None and not self._session.state_kind.is_image
        spec = self._session.spec
        return request_of(self.document, self._options, spec.seed, spec.threads, row=row)

    @property
    def chain_count(self) -> int:
        """How many states a run walks."""
        options = self._options
        return max(options.particles, options.count) if options.weighted else options.count

    def set_in_view(self, in_view: bool) -> None:
        """Say whether anybody looks: nothing is begun for nobody, and what is under way goes on."""
        self._debounce.set_in_view(in_view)

    def set_options(self, **changes: Unpack[InpaintChanges]) -> None:
        """Fill in otherwise."""
        options = dataclasses.replace(self._options, **changes)
        if options != self._options:
            ran = dataclasses.replace(options, automatic=self._options.automatic) != self._options
            self._options = options
            self.options_changed.emit(options)
            if ran or options.automatic:
                self._note_change()

    def run(self) -> None:
        """Fill in what the easel holds, from the start; what was being filled in is stopped."""
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
            self._inpaint(opened, self.request)

    def stop(self) -> None:
        self._debounce.stop()
        super().stop()

    def note(self) -> str:
        """Return what to know about what is masked."""
        return mask_note(self.document.mask.values, self._options.start)

    def show_example(self, step: int) -> None:
        """Have another example of the checkpoint to be filled in, some steps on or back."""
        if self._source is not None:
            self.document.replace_image(as_image(self._source.step_by(step)), "another example")

    def show_sample(self) -> None:
        """Have a fresh sample of the model to be filled in: the next one of the reverse run."""
        recording = self._session.recording(REVERSE)
        frame = recording.frame(0) if recording.complete else None
        if self._source is None or frame is None:
            self.failed.emit(BadInputError("There is no sample yet: the reverse run has not come to t = 0."))
            return
        self.document.replace_image(as_image(self._source.next_sample(frame)), "sample")

    def mask_all(self) -> None:
        """Have nothing known any more: all is masked."""
        self.document.set_mask(np.ones_like(self.document.mask.values), "free all")

    def take_ready_mask(self, name: str) -> None:
        """Mask what one of `READY_MASKS` masks."""
        height, width = self.document.image.values.shape[:2]
        self.document.set_mask(ready_mask(name, height, width, self._session.spec.seed), READY_MASKS[name].lower())

    def follow(self) -> None:
        """Take up what the session has opened already."""
        if self._session.opened is not None:
            self._take(self._session.opened)

    def show_image(self, image: NDArray[np.float32]) -> None:
        """Have a picture of one's own to be filled in, user's units."""
        self.document.replace_image(image, "picture of one's own")

    def keep_sample(self, index: int) -> None:
        """Freeze one of the results as the new picture, undoably."""
        if self.result is not None and self.result.images is not None:
            image = self.result.images[index]
            self.document.replace_image(as_image(image.astype(self.document.image.values.dtype)), "keep a sample")

    def take_request(self, request: InpaintingRequest) -> None:
        """Have on the easel what a file holds.

        Raises:
            BadInputError: If it is not for what is open.
        """
        if self.opened is None:
            raise BadInputError("Nothing is open: open the checkpoint that this is for first.")
        painting.check_fits(self.opened, request)
        load_request_into(self.document, request)
        self._session.edit(seed=request.seed)
        self.set_options(**options_of_request(request))

    def shut_down(self) -> None:
        self._debounce.stop()
        self.document.undo_stack.blockSignals(True)
        super().shut_down()

    def _take(self, opened: Opened) -> None:
        """Put the first example of what was opened on the easel."""
        self.stop()
        self.forget_result()
        data = opened.checkpoint.data
        self._source = ExampleSource(data)
        row = not self._session.state_kind.is_image
        defaults = DEFAULT_SEQUENCE_OPTIONS if row else InpaintOptions()
        self._options = dataclasses.replace(defaults, automatic=self._options.automatic)
        image = as_image(self._source.example)
        height, width = image.shape[:2]
        # there is something to see at once: a hole in a picture; of bits, all are free
        mask = np.ones((height, width), np.bool_) if row else ready_mask("hole", height, width, 0)
        self.document.load_image(image, data.value_range, mask)
        self.document_loaded.emit(opened)
        self.options_changed.emit(self._options)

    def _idle(self) -> bool:
        return not self.document.mask.values.any() and self._options.start is None

    def _note_change(self) -> None:
        self.note_changed.emit(self.note())
        self._debounce.note()
