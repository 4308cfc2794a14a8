"""The commands of the workspace Paint, as values."""

from __future__ import annotations

from dpm_gui.paint.inpainting.options import SOFT_MASK
from dpm_gui.window.commands import Command

MENU = "Paint"
TOOL, READY_MASK, HISTORY = "Tool", "Ready-made mask", "History of inpaintings"
"""Submenus."""
LARGE_STEP = 5
NO_IMAGE = "the open checkpoint has no images; open one that has, such as the digits"
ONE_SIZE = "the network of this checkpoint takes images of one size alone; the gravel and the brick take any"
NO_SAMPLES = "there are no samples yet; mask something, or run with Ctrl+Return"
NO_HISTORY = "nothing has been inpainted yet; mask something, or run with Ctrl+Return"
NOT_OF_HISTORY = "the samples on show are in no finished inpainting; bring one back first"
HISTORY_COMMANDS = ("previous_inpainting", "next_inpainting", "remove_inpainting", "clear_inpaintings")
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
AVAILABLE_FOR_SEQUENCES = ALWAYS_AVAILABLE | {
    "invert_mask",
    "soft_mask",
    "open_mask",
    "save_mask",
    "next_image",
    "previous_image",
    "sample_image",
    "open_image",
    "paste_image",
    "save_samples",
    "show_how",
    *HISTORY_COMMANDS,
}
"""Commands for a sequence of bits."""
COMMANDS = (
    Command(
        "tool_brush",
        MENU,
        "Brush",
        ("B",),
        "Mask what to inpaint; the right button erases (B)",
        "brush",
        True,
        group=TOOL,
    ),
    Command("tool_eraser", MENU, "Eraser", ("E",), "Erase the mask (E)", "eraser", True, group=TOOL),
    Command("tool_rectangle", MENU, "Rectangle", ("R",), "Mask a rectangle (R)", "square-dashed", True, group=TOOL),
    Command(
        "tool_lasso",
        MENU,
        "Lasso",
        ("L",),
        "Mask what a loop surrounds; with Shift or the right button it becomes known (L)",
        "lasso",
        True,
        group=TOOL,
    ),
    Command("tool_fill", MENU, "Fill", ("G",), "Fill the connected region (G)", "paint-bucket", True, group=TOOL),
    Command(
        "tool_colour", MENU, "Paint with a colour", ("P",), "Paint the image itself (P)", "palette", True, group=TOOL
    ),
    Command(
        "tool_help",
        MENU,
        "Keys of the tool in hand",
        ("?",),
        "Say what the tool does, and its keys (?)",
        "circle-help",
        group=TOOL,
    ),
    Command("swap_tools", MENU, "Swap brush and eraser", ("X",), "Switch between brush and eraser", group=TOOL),
    Command("smaller_brush", MENU, "Smaller brush", ("[",), "Shrink the brush", group=TOOL),
    Command("larger_brush", MENU, "Larger brush", ("]",), "Enlarge the brush", group=TOOL),
    Command(
        "much_smaller_brush", MENU, "Much smaller brush", ("Shift+[", "{"), "Shrink the brush by five steps", group=TOOL
    ),
    Command(
        "much_larger_brush", MENU, "Much larger brush", ("Shift+]", "}"), "Enlarge the brush by five steps", group=TOOL
    ),
    Command("pressure", MENU, "Pressure", (), "Scale the brush by the pressure of a pen", checkable=True, group=TOOL),
    Command("invert_mask", MENU, "Invert mask", ("I",), "Swap masked and known pixels (I)", "contrast", section="Mask"),
    Command("clear_mask", MENU, "Clear mask", ("Del",), "Mask nothing (Delete)", "trash-2"),
    Command("show_mask", MENU, "Show mask", ("M",), "Show the mask over the image (M)", "eye", True),
    Command("mask_hole", MENU, "Hole in the middle", (), "Mask the middle", group=READY_MASK),
    Command("mask_left", MENU, "Left half", (), "Mask the left half", group=READY_MASK),
    Command("mask_lower", MENU, "Lower half", (), "Mask the lower half", group=READY_MASK),
    Command(
        "mask_random",
        MENU,
        "Random 50 %",
        (),
        "Mask each pixel with probability 1/2, drawn by the seed",
        group=READY_MASK,
    ),
    Command("mask_rows", MENU, "Every second row", (), "Mask every second row", group=READY_MASK),
    Command("open_mask", MENU, "Open mask…", (), "Load a mask: an image or an array; white, or 1, is inpainted"),
    Command("save_mask", MENU, "Save mask…", (), "Save the mask as a PNG image"),
    Command("soft_mask", MENU, "Greys as confidence", (), SOFT_MASK, checkable=True),
    Command("enlarge_frame", MENU, "Enlarge the frame…", (), "Add an open border around the image", section="Image"),
    Command("previous_image", MENU, "Previous example", ("PgUp",), "Load the previous example (PgUp)", "chevron-left"),
    Command("next_image", MENU, "Next example", ("PgDown",), "Load the next example (PgDown)", "chevron-right"),
    Command("sample_image", MENU, "Sample", (), "Load a new sample of the model", "dice"),
    Command("open_image", MENU, "Open image…", ("Ctrl+Shift+O",), "Load an image or array of your own", "image-up"),
    Command("paste_image", MENU, "Paste image", ("Ctrl+V",), "Load the image, or the image file, on the clipboard"),
    Command(
        "inpaint",
        MENU,
        "Run now",
        ("Ctrl+Return",),
        "Inpaint, or sample under r(x), now (Ctrl+Return)",
        "play",
        section="Inpainting",
    ),
    Command(
        "show_how",
        "View",
        "How it is inpainted",
        ("H",),
        "Show or hide known pixels, sampler, RePaint resampling and the step to start from (H)",
        checkable=True,
    ),
    Command("keep_sample", MENU, "Keep sample", ("Ctrl+K",), "Make the chosen sample the new image (Ctrl+K)"),
    Command("save_samples", MENU, "Save samples…", ("Ctrl+Shift+S",), "Save all samples, in one image or as an array"),
    Command(
        "previous_inpainting",
        MENU,
        "Bring back the previous one",
        ("Alt+PgUp",),
        "Bring back the inpainting before: image, mask, options, seed and samples (Alt+PgUp)",
        group=HISTORY,
    ),
    Command(
        "next_inpainting",
        MENU,
        "Bring back the next one",
        ("Alt+PgDown",),
        "Bring back the inpainting after: image, mask, options, seed and samples (Alt+PgDown)",
        group=HISTORY,
    ),
    Command("remove_inpainting", MENU, "Remove this one", (), "Remove the inpainting on show", group=HISTORY),
    Command("clear_inpaintings", MENU, "Clear the history", (), "Remove all inpaintings", "trash-2", group=HISTORY),
    Command("open_inpainting", MENU, "Open request…", (), "Open image, mask and options from one file"),
    Command("save_inpainting", MENU, "Save request…", ("Ctrl+S",), "Save image, mask and options as one file"),
)
