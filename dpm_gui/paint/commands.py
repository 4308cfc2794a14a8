"""The commands of the workspace Paint, which are greyed in the others."""

from __future__ import annotations

from dpm_gui.window.command import Command

MENU = "Paint"
PAINT_COMMANDS = (
    Command("tool_brush", MENU, "Brush", ("B",), "Mask what is to be new; the right button erases (B)", "brush", True),
    Command("tool_eraser", MENU, "Eraser", ("E",), "Take the mask away (E)", "eraser", True),
    Command("tool_rectangle", MENU, "Rectangle", ("R",), "Mask a rectangle (R)", "square-dashed", True),
    Command("tool_fill", MENU, "Fill", ("G",), "Mask what hangs together (G)", "paint-bucket", True),
    Command("tool_colour", MENU, "Paint with a colour", ("P",), "Paint the picture itself (P)", "palette", True),
    Command("swap_tools", MENU, "Swap brush and eraser", ("X",), "Change between brush and eraser"),
    Command("smaller_brush", MENU, "Smaller brush", ("[",), "Shrink the brush"),
    Command("larger_brush", MENU, "Larger brush", ("]",), "Enlarge the brush"),
    Command("much_smaller_brush", MENU, "Much smaller brush", ("Shift+[", "{"), "Shrink the brush by five steps"),
    Command("much_larger_brush", MENU, "Much larger brush", ("Shift+]", "}"), "Enlarge the brush by five steps"),
    Command("pressure", MENU, "Pressure", (), "Let the pressure of a pen be the size of the brush", checkable=True),
    Command("invert_mask", MENU, "Invert mask", ("I",), "Mask what is not masked and free the rest (I)", "contrast"),
    Command("clear_mask", MENU, "Clear mask", ("Del",), "Mask nothing (Delete)", "trash-2"),
    Command("show_mask", MENU, "Show mask", ("M",), "Lay the mask over the picture (M)", "eye", True),
    Command("mask_hole", MENU, "Hole in the middle", (), "Mask the middle"),
    Command("mask_left", MENU, "Left half", (), "Mask the left half"),
    Command("mask_lower", MENU, "Lower half", (), "Mask the lower half"),
    Command("mask_random", MENU, "Random 50 %", (), "Mask every pixel by the toss of a coin, by the seed"),
    Command("mask_rows", MENU, "Every second row", (), "Mask every second row"),
    Command("open_mask", MENU, "Open mask…", (), "Take a mask from a picture file: light is to be new"),
    Command("save_mask", MENU, "Save mask…", (), "Save the mask as a PNG picture"),
    Command(
        "previous_image", MENU, "Previous example", ("PgUp",), "Fill in the example before (Page Up)", "chevron-left"
    ),
    Command("next_image", MENU, "Next example", ("PgDown",), "Take the next example (PgDown)", "chevron-right"),
    Command("sample_image", MENU, "Sample", (), "Fill in a fresh sample of the model", "dice"),
    Command("open_image", MENU, "Open picture…", ("Ctrl+Shift+O",), "Fill in a picture of your own", "image-up"),
    Command("inpaint", MENU, "Run now", ("Ctrl+Return",), "Fill in what is painted (Ctrl+Return)", "play"),
    Command("keep_sample", MENU, "Keep sample", ("Ctrl+K",), "Make the chosen sample the new picture (Ctrl+K)"),
    Command("open_inpainting", MENU, "Open what to fill in…", (), "Open picture, mask and options from one file"),
    Command(
        "save_inpainting", MENU, "Save what to fill in…", ("Ctrl+S",), "Save picture, mask and options as one file"
    ),
)
