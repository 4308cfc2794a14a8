"""Paint as a whole: its workspace, its session and its files, made when they are first asked for, and its commands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QActionGroup, QUndoGroup
from PySide6.QtWidgets import QWidget

from dpm_gui.desktop.preferences import Preferences
from dpm_gui.desktop.theme import LIGHT, Palette
from dpm_gui.paint.commands import PAINT_COMMANDS
from dpm_gui.session.session import Session
from dpm_gui.window.main_window import MainWindow
from dpm_gui.window.workspaces import PAINT, WORKSPACE_NAMES

if TYPE_CHECKING:
    from dpm_gui.engine.opening import Opened
    from dpm_gui.paint.inpainting.session import PaintSession
    from dpm_gui.paint.potential.session import PotentialSession

NOT_IN_PAINT = "this belongs to Paint (Ctrl+2)"
LARGE_STEP = 5
NOTHING_OPEN_MESSAGE = "Nothing is open.\nOpen a checkpoint with Ctrl+O, or drop one here."
NO_IMAGE = "what is open has no pictures"
ALWAYS_AVAILABLE = {
    "open_inpainting",
    "save_inpainting",
    "clear_mask",
    "smaller_brush",
    "larger_brush",
    "much_smaller_brush",
    "much_larger_brush",
    "inpaint",
}
"""What can be done whatever is open."""
AVAILABLE_FOR_SEQUENCES = ALWAYS_AVAILABLE | {"invert_mask", "next_image", "previous_image", "sample_image"}
"""What can be done with a sequence of bits."""


class PaintController(QObject):
    """Connects the commands of Paint, and of the switch between workspaces, to what they do.

    Attributes:
        undo_group: What Ctrl+Z takes back: strokes in Paint, changes of what to run elsewhere.
        paint: What is painted and filled in; None until Paint is first shown.
        potential_session: What is wished for over the plane; None until then.
    """

    failed = Signal(object)
    """An exception, whatever was being done."""
    figure_made = Signal(object)
    """A `Figure` of Paint is there, whose menu asks for exports."""

    def __init__(self, session: Session, window: MainWindow, preferences: Preferences, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._window = window
        self._preferences = preferences
        self._palette = LIGHT
        self._line_scale = 1.0
        self.paint: PaintSession | None = None
        self.potential_session: PotentialSession | None = None
        self.undo_group = QUndoGroup(self)
        self.undo_group.addStack(session.undo_stack)
        self.undo_group.setActiveStack(session.undo_stack)
        window.workspaces.add_later(PAINT, self._make)
        window.workspaces.changed.connect(self._follow)
        self._connect_switch()
        self._allow(False)

    def set_palette(self, palette: Palette) -> None:
        """Show everything in the colours of ``palette``."""
        self._palette = palette
        if self.paint is not None:
            self._workspace.set_palette(palette)

    def set_line_scale(self, scale: float) -> None:
        """Draw lines and points so many times as thick."""
        self._line_scale = scale
        if self.paint is not None:
            self._workspace.plane.canvas.set_line_scale(scale)

    def open(self, path: str) -> bool:
        """Open a file that is no checkpoint, such as a picture, if Paint is on show; tell whether it is one."""
        return self.paint is not None and self._window.workspaces.current == PAINT and self._opener.open(path)

    def stop(self) -> None:
        """Stop what is being filled in or opened."""
        if self.paint is not None and self.potential_session is not None:
            self._opener.stop()
            self.paint.stop()
            self.potential_session.stop()

    @property
    def running(self) -> bool:
        """Whether anything is being filled in or sampled."""
        return (self.paint is not None and self.paint.running) or (
            self.potential_session is not None and self.potential_session.running
        )

    def run(self) -> None:
        """Run what is painted, from the start."""
        if self.paint is not None:
            self._workspace.run()

    def shut_down(self) -> None:
        """End every thread."""
        self.undo_group.blockSignals(True)
        if self.paint is not None and self.potential_session is not None:
            self._opener.shut_down()
            self.paint.shut_down()
            self.potential_session.shut_down()
            self._files.shut_down()

    def _make(self) -> QWidget:
        """Make the workspace, and all that it needs."""
        # What few starts need is imported when it is asked for: the window is there the sooner.
        from dpm_gui.paint.files import PaintFiles
        from dpm_gui.paint.inpainting.session import PaintSession
        from dpm_gui.paint.opening import PaintOpener
        from dpm_gui.paint.potential.session import PotentialSession
        from dpm_gui.paint.workspace import PaintWorkspace

        window, actions = self._window, self._window.actions_
        paint = PaintSession(self._session, self)
        potential_session = PotentialSession(self._session, paint.document.undo_stack, self)
        self.potential_session = potential_session
        self._workspace = PaintWorkspace(paint, potential_session, actions, window.icons, window)
        self._opener = PaintOpener(paint, potential_session, window)
        self._files = PaintFiles(paint, potential_session, self._opener, self._preferences, window)
        self._opener.activity_changed.connect(partial(window.show_activity, "file"))
        self._files.activity_changed.connect(partial(window.show_activity, "save"))
        for files in (self._opener, self._files):
            files.notified.connect(window.show_notice)
        self._workspace.image.results.save_asked.connect(self._files.ask_where_to_save_image)
        for source in (paint, potential_session, self._opener, self._files):
            source.failed.connect(self.failed)
        paint.activity_changed.connect(partial(window.show_activity, "inpaint"))
        potential_session.activity_changed.connect(partial(window.show_activity, "posterior"))
        self.undo_group.addStack(paint.document.undo_stack)
        self.paint = paint
        self._workspace.set_palette(self._palette)
        self._workspace.plane.canvas.set_line_scale(self._line_scale)
        self._session.failed.connect(self._show_nothing_open)
        self._connect_tools(paint)
        self._connect_masks(paint)
        self._connect_images(paint)
        paint.document_loaded.connect(lambda _: self._allow(window.workspaces.current == PAINT))
        self.figure_made.emit(self._workspace.plane.canvas)
        paint.follow()
        return self._workspace

    def _connect_switch(self) -> None:
        actions, workspaces = self._window.actions_, self._window.workspaces
        group = QActionGroup(self)
        for name in WORKSPACE_NAMES:
            group.addAction(actions[f"workspace_{name}"])
            actions.on(f"workspace_{name}", partial(workspaces.show_workspace, name))
        actions["workspace_watch"].setChecked(True)

    def _connect_tools(self, paint: PaintSession) -> None:
        from dpm_gui.paint.document.tools import TOOLS

        actions, document = self._window.actions_, paint.document
        group = QActionGroup(self)
        for tool in TOOLS:
            group.addAction(actions[f"tool_{tool}"])
            actions.on(f"tool_{tool}", partial(document.choose_tool, tool))
        actions.on("swap_tools", lambda: document.take(document.tools.with_swapped_tool()))
        steps = {"smaller": -1, "larger": 1, "much_smaller": -LARGE_STEP, "much_larger": LARGE_STEP}
        for name, step in steps.items():
            actions.on(f"{name}_brush", partial(self._workspace.resize_brush, step))
        actions.on_switch("pressure", lambda on: document.take(document.tools.with_pressure(on)))
        actions["tool_brush"].setChecked(True)
        actions["show_mask"].setChecked(True)

    def _connect_masks(self, paint: PaintSession) -> None:
        from dpm_gui.paint.document.raster import READY_MASKS

        actions, document = self._window.actions_, paint.document
        slots: dict[str, Callable[[], object]] = {
            "invert_mask": document.invert,
            "clear_mask": self._workspace.clear,
            "open_mask": self._files.ask_for_mask,
            "save_mask": self._files.ask_where_to_save_mask,
        }
        for name in READY_MASKS:
            slots[f"mask_{name}"] = partial(paint.take_ready_mask, name)
        for name, slot in slots.items():
            actions.on(name, slot)

    def _connect_images(self, paint: PaintSession) -> None:
        slots: dict[str, Callable[[], object]] = {
            "previous_image": partial(paint.show_example, -1),
            "next_image": partial(paint.show_example, 1),
            "sample_image": paint.show_sample,
            "open_image": self._files.ask_for_image,
            "inpaint": self._workspace.run,
            "keep_sample": lambda: paint.keep_sample(self._workspace.image.results.samples.choice),
            "open_inpainting": self._files.ask_for_request,
            "save_inpainting": self._files.ask_where_to_save_request,
        }
        for name, slot in slots.items():
            self._window.actions_.on(name, slot)

    def _show_nothing_open(self) -> None:
        if self._session.opened is None:
            self._workspace.image.canvas.set_message(NOTHING_OPEN_MESSAGE)

    def _follow(self, name: str) -> None:
        """Have commands and undo belong to the workspace on show."""
        self._window.actions_[f"workspace_{name}"].setChecked(True)
        painting = name == PAINT and self.paint is not None
        stack = self.paint.document.undo_stack if painting and self.paint else self._session.undo_stack
        self.undo_group.setActiveStack(stack)
        self._allow(painting)

    def _allow(self, painting: bool) -> None:
        """Enable what can be done in Paint with what is open, if that is on show; the rest says why not."""
        opened = self._session.opened
        for command in PAINT_COMMANDS:
            name, reason = command.name, NOT_IN_PAINT if not painting else _reason(command.name, opened)
            self._window.actions_.allow(name, not reason, reason)


def _reason(name: str, opened: Opened | None) -> str:
    """Return why a command of Paint cannot be given, empty if it can."""
    if opened is None or opened.checkpoint.data.is_image:
        return ""
    rows = opened.checkpoint.kind == "binomial"
    return "" if name in (AVAILABLE_FOR_SEQUENCES if rows else ALWAYS_AVAILABLE) else NO_IMAGE
