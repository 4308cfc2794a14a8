"""The page of Paint: what to inpaint on the left, the results on the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QUndoStack
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from core.errors import BadInputError
from core.values.checkpoints import MAX_EXAMPLES
from dpm_gui.engine import painting
from dpm_gui.engine.opening import Opened
from dpm_gui.paint.commands import (
    ALWAYS_AVAILABLE,
    AVAILABLE_FOR_SEQUENCES,
    COMMANDS,
    HISTORY_COMMANDS,
    LARGE_STEP,
    NO_HISTORY,
    NO_IMAGE,
    NO_SAMPLES,
    NOT_OF_HISTORY,
    ONE_SIZE,
)
from dpm_gui.paint.files import PaintFiles
from dpm_gui.paint.history.keeper import HistoryKeeper
from dpm_gui.paint.inpainting.bit_page import BitPage
from dpm_gui.paint.inpainting.image_page import ImagePage
from dpm_gui.paint.inpainting.session import PaintSession
from dpm_gui.paint.opening import PaintOpener
from dpm_gui.paint.potential.page import PlanePage
from dpm_gui.paint.potential.session import PotentialSession
from dpm_gui.window.actions import Actions
from dpm_gui.window.page import Services, WorkspacePage
from dpm_gui.window.shown_command import NOTHING_OPEN, POTENTIAL, inpaint_command

COMPARE_KEY = Qt.Key.Key_Z


class PaintPage(WorkspacePage):
    """Shows the page for the open checkpoint's data: an image, a sequence of bits, or the plane.

    Attributes:
        paint: The inpainting session.
        potential_session: The potential over the plane and its samples.
        keeper: The history of inpaintings.
        files: Masks, images and requests as files.
    """

    sources = ("file", "save", "inpaint", "posterior")

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._in_view = False
        self.paint = PaintSession(services.session, self)
        self.potential_session = PotentialSession(services.session, self.undo_stack, self)
        self.keeper = HistoryKeeper(self.paint, self)
        self._opener = PaintOpener(self.paint, self.potential_session, services.window)
        self.files = PaintFiles(self.paint, self.potential_session, self._opener, services.preferences, services.window)
        self.image = ImagePage(self.paint, self.keeper, services.actions, services.icons, self)
        self._pages = QStackedWidget(self)
        self.bits = BitPage(self.paint, self.keeper, services.actions, self)
        self.plane = PlanePage(self.potential_session, services, self)
        for page in (self.image, self.bits, self.plane):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        self._connect()
        connect_commands(self)
        if services.session.opened is None:
            for name in ("inpaint", *HISTORY_COMMANDS):
                services.actions.allow(name, False, NOTHING_OPEN)
        services.connect_figure(self.plane.canvas)
        self.paint.follow()
        services.session.data_changed.connect(self._show_data)
        self._show_data()

    def _show_data(self) -> None:
        """Show the examples in the plane: those of the checkpoint, or of the given data."""
        opened, given = self.services.session.opened, self.services.session.given
        if opened is not None and self.potential_session.available:
            data = opened.checkpoint.data
            examples = data.examples if given is None else given.values[:MAX_EXAMPLES]
            self.plane.canvas.show_data_points(data.to_model(examples))

    def _connect(self) -> None:
        services = self.services
        for name, source in (
            ("file", self._opener),
            ("save", self.files),
            ("inpaint", self.paint),
            ("posterior", self.potential_session),
        ):
            source.activities_changed.connect(partial(services.show_activities, name))
            source.failed.connect(services.show_failure)
        for notified in (self._opener.notified, self._opener.loaded, self.files.notified):
            notified.connect(services.show_notice)
        self._opener.loaded.connect(self.paint.say)
        self._opener.checkpoint_found.connect(services.session.open)
        self.image.results.save_asked.connect(self.files.ask_where_to_save_tile)
        self.paint.document_loaded.connect(self._show_opened)
        self.paint.document_loaded.connect(partial(allow_commands, services.actions))
        self.paint.document_loaded.connect(self._allow_saving)
        self.paint.result_changed.connect(self._allow_saving)
        self.paint.document_loaded.connect(self._allow_history)
        self.keeper.history.changed.connect(self._allow_history)
        self.keeper.shown_changed.connect(self._allow_history)
        self.keeper.history.dropped.connect(services.show_notice)

    @property
    def foot(self) -> QWidget:
        return self.plane.playing.timeline

    @property
    def plays(self) -> bool:
        return self.page is self.plane and self.potential_session.available

    @property
    def undo_stack(self) -> QUndoStack:
        return self.paint.document.undo_stack

    def apply_palette(self) -> None:
        for page in (self.image, self.bits, self.plane):
            page.set_palette(self._palette)

    def set_line_scale(self, scale: float) -> None:
        self.plane.canvas.set_line_scale(scale)

    def show_message(self, text: str) -> None:
        self.image.canvas.set_message(text)

    def command(self) -> str:
        opened = self.services.session.opened
        if opened is None:
            raise BadInputError(NOTHING_OPEN)
        if self.page is self.plane:
            raise BadInputError(POTENTIAL)
        return inpaint_command(opened.path, self.paint.request, self.files.request_on_disk)

    def open(self, path: str) -> bool:
        return self._opener.open(path)

    def compute(self, ended: Callable[[Exception | None], object]) -> None:
        self.run()
        if not (self.paint.running or self.potential_session.running):
            ended(None)
        for source in (self.paint, self.potential_session):
            source.ended.connect(ended)

    def stop(self) -> None:
        for part in (self._opener, self.paint, self.potential_session):
            part.stop()

    def finish_writing(self) -> None:
        self.files.shut_down()

    def shut_down(self) -> None:
        for part in (self._opener, self.paint, self.potential_session, self.files, self.image):
            part.shut_down()

    @property
    def page(self) -> ImagePage | BitPage | PlanePage:
        """The page on show."""
        pages: tuple[ImagePage | BitPage | PlanePage, ...] = (self.image, self.bits, self.plane)
        return pages[self._pages.currentIndex()]

    def fit(self) -> None:
        self.page.fit()

    def set_in_view(self, in_view: bool) -> None:
        self._in_view = in_view
        self._update_in_view()
        if in_view:
            self.page.focus_canvas()

    def run(self) -> None:
        """Run the page on show from the start."""
        if self.page is self.plane:
            self.potential_session.run()
        else:
            self.paint.run()

    def clear(self) -> None:
        """Clear the mask, the known bits or the potential of the page on show."""
        if self.page is self.plane:
            self.potential_session.document.clear()
        elif self.page is self.bits:
            self.paint.mask_all()
        else:
            self.paint.document.clear()

    def resize_brush(self, steps: int) -> None:
        """Enlarge the brush by ``steps``."""
        if self.page is self.plane:
            self.plane.resize_brush(steps)
        else:
            self.paint.document.resize_brush(steps)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == COMPARE_KEY and not event.modifiers() and not event.isAutoRepeat():
            self.page.compare(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == COMPARE_KEY and not event.isAutoRepeat():
            self.page.compare(False)
        else:
            super().keyReleaseEvent(event)

    def _show_opened(self, opened: Opened) -> None:
        data = opened.checkpoint.data
        page: ImagePage | BitPage | PlanePage = self.bits
        if data.is_image:
            page = self.image
        elif opened.checkpoint.kind == "gaussian":
            page = self.plane
            self.potential_session.follow()
        for other in (self.image, self.bits):
            if page is not other:
                other.deactivate()
        for each in (self.image, self.bits, self.plane):  # the page on show alone says how much room it needs
            policy = QSizePolicy.Policy.Preferred if each is page else QSizePolicy.Policy.Ignored
            each.setSizePolicy(policy, policy)
        self._pages.setCurrentWidget(page)
        page.show_opened(opened)
        self._update_in_view()
        self.plays_changed.emit()

    def ask_to_enlarge(self) -> None:
        """Show the dialog that enlarges the frame."""
        from dpm_gui.paint.enlarge import EnlargeDialog  # imported only when needed

        height, width = self.paint.document.image.values.shape[:2]
        dialog = EnlargeDialog((height, width), painting.most_pixels(), self)
        dialog.asked.connect(self.paint.enlarge)
        self.paint.document_loaded.connect(dialog.reject)
        dialog.open()

    def _allow_saving(self, _: object) -> None:
        names = {self.image: ("save_samples", "keep_sample"), self.bits: ("save_samples",)}
        for name in names.get(self.page, ()):
            self.services.actions.allow(name, self.paint.result is not None, NO_SAMPLES)

    def _allow_history(self, _: object = None) -> None:
        if self.page is not self.plane:
            for name in HISTORY_COMMANDS:
                self.services.actions.allow(name, bool(self.keeper.history.entries), NO_HISTORY)
            if self.keeper.history.entries:
                on_show = self.keeper.shown is not None
                self.services.actions.allow("remove_inpainting", on_show, NOT_OF_HISTORY)

    def _update_in_view(self) -> None:
        """Let only the session of the page on show start runs."""
        self.paint.set_in_view(self._in_view and self.page is not self.plane)
        self.potential_session.set_in_view(self._in_view and self.page is self.plane)
        self.plane.playing.set_in_view(self._in_view and self.plays)


def connect_commands(page: PaintPage) -> None:
    """Connect the commands to the page."""
    from dpm_gui.paint.document.raster import READY_MASKS
    from dpm_gui.paint.document.tools import TOOLS

    actions, paint, document, files = page.services.actions, page.paint, page.paint.document, page.files
    slots: dict[str, Callable[[], object]] = {
        "swap_tools": lambda: document.take(document.tools.with_swapped_tool()),
        "smaller_brush": partial(page.resize_brush, -1),
        "larger_brush": partial(page.resize_brush, 1),
        "much_smaller_brush": partial(page.resize_brush, -LARGE_STEP),
        "much_larger_brush": partial(page.resize_brush, LARGE_STEP),
        "tool_help": page.image.show_tool_help,
        "invert_mask": document.invert,
        "clear_mask": page.clear,
        "open_mask": files.ask_for_mask,
        "save_mask": files.ask_where_to_save_mask,
        "previous_image": partial(paint.show_example, -1),
        "next_image": partial(paint.show_example, 1),
        "sample_image": paint.show_sample,
        "open_image": files.ask_for_image,
        "paste_image": files.paste,
        "enlarge_frame": page.ask_to_enlarge,
        "inpaint": page.run,
        "save_samples": files.ask_where_to_save_samples,
        "keep_sample": lambda: paint.keep_sample(page.image.results.samples.choice),
        "previous_inpainting": partial(page.keeper.step, -1),
        "next_inpainting": partial(page.keeper.step, 1),
        "remove_inpainting": page.keeper.remove_shown,
        "clear_inpaintings": page.keeper.clear,
        "open_inpainting": files.ask_for_request,
        "save_inpainting": files.ask_where_to_save_request,
    }
    slots |= {f"tool_{tool}": partial(document.choose_tool, tool) for tool in TOOLS}
    slots |= {f"mask_{name}": partial(paint.take_ready_mask, name) for name in READY_MASKS}
    for name, slot in slots.items():
        actions.on(name, slot)
    actions.make_exclusive([f"tool_{tool}" for tool in TOOLS])
    actions.on_switch("pressure", lambda on: document.take(document.tools.with_pressure(on)))
    actions["show_how"].setChecked(page.services.preferences.how_shown)
    actions.on_switch("show_how", partial(setattr, page.services.preferences, "how_shown"))
    actions.on_switch("soft_mask", lambda on: paint.set_options(soft=on))
    paint.options_changed.connect(lambda options: actions["soft_mask"].setChecked(options.soft))
    actions["tool_brush"].setChecked(True)
    actions["show_mask"].setChecked(True)


def allow_commands(actions: Actions, opened: Opened) -> None:
    """Enable the commands that suit ``opened``; the others show why they are disabled."""
    available = AVAILABLE_FOR_SEQUENCES if opened.checkpoint.kind == "binomial" else ALWAYS_AVAILABLE
    for command in COMMANDS:
        actions.allow(command.name, opened.checkpoint.data.is_image or command.name in available, NO_IMAGE)
    if opened.checkpoint.data.is_image:
        actions.allow("enlarge_frame", opened.takes_any_size, ONE_SIZE)
