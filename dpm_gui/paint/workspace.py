"""The workspace Paint as registered with the window: its commands and what they do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from dpm_gui.window.workspaces import Command, Gesture, Workspace

if TYPE_CHECKING:
    from dpm_gui.engine.opening import Opened
    from dpm_gui.paint.page import PaintPage
    from dpm_gui.window.actions import Actions
    from dpm_gui.window.page import Services

MENU = "Paint"
LARGE_STEP = 5
NO_IMAGE = "the open checkpoint has no images"
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
"""Commands for every checkpoint."""
AVAILABLE_FOR_SEQUENCES = ALWAYS_AVAILABLE | {"invert_mask", "next_image", "previous_image", "sample_image"}
"""Commands for a sequence of bits."""
COMMANDS = (
    Command("tool_brush", MENU, "Brush", ("B",), "Mask what to inpaint; the right button erases (B)", "brush", True),
    Command("tool_eraser", MENU, "Eraser", ("E",), "Erase the mask (E)", "eraser", True),
    Command("tool_rectangle", MENU, "Rectangle", ("R",), "Mask a rectangle (R)", "square-dashed", True),
    Command("tool_fill", MENU, "Fill", ("G",), "Fill the connected region (G)", "paint-bucket", True),
    Command("tool_colour", MENU, "Paint with a colour", ("P",), "Paint the image itself (P)", "palette", True),
    Command("swap_tools", MENU, "Swap brush and eraser", ("X",), "Switch between brush and eraser"),
    Command("smaller_brush", MENU, "Smaller brush", ("[",), "Shrink the brush"),
    Command("larger_brush", MENU, "Larger brush", ("]",), "Enlarge the brush"),
    Command("much_smaller_brush", MENU, "Much smaller brush", ("Shift+[", "{"), "Shrink the brush by five steps"),
    Command("much_larger_brush", MENU, "Much larger brush", ("Shift+]", "}"), "Enlarge the brush by five steps"),
    Command("pressure", MENU, "Pressure", (), "Scale the brush by the pressure of a pen", checkable=True),
    Command("invert_mask", MENU, "Invert mask", ("I",), "Swap masked and known pixels (I)", "contrast"),
    Command("clear_mask", MENU, "Clear mask", ("Del",), "Mask nothing (Delete)", "trash-2"),
    Command("show_mask", MENU, "Show mask", ("M",), "Show the mask over the image (M)", "eye", True),
    Command("mask_hole", MENU, "Hole in the middle", (), "Mask the middle"),
    Command("mask_left", MENU, "Left half", (), "Mask the left half"),
    Command("mask_lower", MENU, "Lower half", (), "Mask the lower half"),
    Command("mask_random", MENU, "Random 50 %", (), "Mask each pixel with probability 1/2, drawn by the seed"),
    Command("mask_rows", MENU, "Every second row", (), "Mask every second row"),
    Command("open_mask", MENU, "Open mask…", (), "Load a mask image; white pixels are inpainted"),
    Command("save_mask", MENU, "Save mask…", (), "Save the mask as a PNG image"),
    Command("previous_image", MENU, "Previous example", ("PgUp",), "Load the previous example (PgUp)", "chevron-left"),
    Command("next_image", MENU, "Next example", ("PgDown",), "Load the next example (PgDown)", "chevron-right"),
    Command("sample_image", MENU, "Sample", (), "Load a new sample of the model", "dice"),
    Command("open_image", MENU, "Open image…", ("Ctrl+Shift+O",), "Load an image of your own", "image-up"),
    Command("inpaint", MENU, "Run now", ("Ctrl+Return",), "Inpaint, or sample under r(x), now (Ctrl+Return)", "play"),
    Command("keep_sample", MENU, "Keep sample", ("Ctrl+K",), "Make the chosen sample the new image (Ctrl+K)"),
    Command("open_inpainting", MENU, "Open request…", (), "Open image, mask and options from one file"),
    Command("save_inpainting", MENU, "Save request…", ("Ctrl+S",), "Save image, mask and options as one file"),
)


def _make(services: Services) -> PaintPage:
    from dpm_gui.paint.page import PaintPage  # imported only when shown, so that the window opens sooner

    return PaintPage(services)


PAINT = Workspace(
    name="paint",
    title="Paint",
    tip="Inpaint images and bits, or paint r(x) over the plane",
    make=_make,
    commands=COMMANDS,
    gestures=(
        Gesture("Mouse in Paint", "Paint the mask, a bit or r(x)", "Left drag or click"),
        Gesture("Mouse in Paint", "Erase with the brush, free a bit", "Right drag or click"),
        Gesture("Mouse in Paint", "Size of the brush", "Alt and wheel"),
        Gesture("Mouse in Paint", "Choose a sample, keep it", "Click, double click"),
        Gesture("Mouse in Paint", "Open an image", "Drop the file"),
        Gesture("Keys in Paint", "Show the chosen sample instead of the mask", "Hold Z"),
        Gesture("Keys in Paint", "Set the marked bit and move to the next", "0, 1, Backspace"),
    ),
)


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
        "invert_mask": document.invert,
        "clear_mask": page.clear,
        "open_mask": files.ask_for_mask,
        "save_mask": files.ask_where_to_save_mask,
        "previous_image": partial(paint.show_example, -1),
        "next_image": partial(paint.show_example, 1),
        "sample_image": paint.show_sample,
        "open_image": files.ask_for_image,
        "inpaint": page.run,
        "keep_sample": lambda: paint.keep_sample(page.image.results.samples.choice),
        "open_inpainting": files.ask_for_request,
        "save_inpainting": files.ask_where_to_save_request,
    }
    slots |= {f"tool_{tool}": partial(document.choose_tool, tool) for tool in TOOLS}
    slots |= {f"mask_{name}": partial(paint.take_ready_mask, name) for name in READY_MASKS}
    for name, slot in slots.items():
        actions.on(name, slot)
    actions.make_exclusive([f"tool_{tool}" for tool in TOOLS])
    actions.on_switch("pressure", lambda on: document.take(document.tools.with_pressure(on)))
    actions["tool_brush"].setChecked(True)
    actions["show_mask"].setChecked(True)


def allow_commands(actions: Actions, opened: Opened) -> None:
    """Enable the commands that suit ``opened``; the others show why they are disabled."""
    available = AVAILABLE_FOR_SEQUENCES if opened.checkpoint.kind == "binomial" else ALWAYS_AVAILABLE
    for command in COMMANDS:
        actions.allow(command.name, opened.checkpoint.data.is_image or command.name in available, NO_IMAGE)
