"""What to say of the tool in hand: a hint below the canvas, and its keys behind the "?"."""

from __future__ import annotations

from html import escape

from dpm_gui.paint.document.tools import BRUSH, COLOUR, ERASER, FILL, LASSO, RECTANGLE

Keys = tuple[tuple[str, str], ...]
"""Keys or mouse actions, and what they do."""

SIZE = (("[ ]", "smaller, larger brush; with Shift by five steps"), ("Alt and wheel", "size of the brush"))
LINE = (("Shift and click", "a straight line from where the last stroke ended"),)
VIEW = (
    ("Wheel", "zoom at the pointer"),
    ("Middle drag", "move the image"),
    ("F", "fit the image"),
    ("Hold Z", "show the chosen sample in place"),
    ("Ctrl+Z", "undo"),
)
HINTS = {
    BRUSH: "Brush: drag over what to inpaint; the right button makes it known again, Shift and a click draw a line.",
    ERASER: "Eraser: drag over what is known; Shift and a click draw a line, X goes back to the brush.",
    RECTANGLE: "Rectangle: drag from corner to corner over what to inpaint.",
    LASSO: "Lasso: drag a loop around what to inpaint; with Shift or the right button its inside becomes known.",
    FILL: "Fill: click a region, and all of it that is connected is inpainted.",
    COLOUR: "Colour: paint the image itself; Shift and a click draw a line. Choose the colour above.",
}
"""A sentence for each tool."""
KEYS: dict[str, Keys] = {
    BRUSH: (
        ("Left drag", "mask what to inpaint"),
        ("Right drag", "make it known again"),
        *LINE,
        *SIZE,
        ("X", "eraser"),
    ),
    ERASER: (("Left or right drag", "make it known again"), *LINE, *SIZE, ("X", "brush")),
    RECTANGLE: (("Left drag", "mask a rectangle"), ("Right drag", "move the image")),
    LASSO: (
        ("Left drag", "mask what the loop surrounds"),
        ("Right drag, or Shift and left drag", "make what it surrounds known again"),
    ),
    FILL: (("Click", "mask the connected region"), ("Right drag", "move the image")),
    COLOUR: (("Left drag", "paint the image itself"), ("Right drag", "move the image"), *LINE, *SIZE),
}
"""The keys and mouse actions of each tool."""


def help_text(tool: str) -> str:
    """Return the keys of a tool, and those that move and compare, as rich text."""
    title = HINTS[tool].partition(":")[0]
    rows = "".join(
        f"<tr><td style='padding-right: 12px'><b>{escape(keys)}</b></td><td>{escape(what)}</td></tr>"
        for keys, what in (*KEYS[tool], *VIEW)
    )
    return f"<p><b>{title}</b></p><table>{rows}</table><p>F1 lists all keys of the program.</p>"
