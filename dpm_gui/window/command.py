"""What a person can do, as one value each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can do.

    Attributes:
        name: What the code calls it.
        menu: The menu it stands in.
        text: What the menu says.
        keys: Its shortcuts, the first one shown.
        tip: What it does, for tool tips.
        icon: Its icon, if it has one.
        checkable: Whether it is a switch.
    """

    name: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    tip: str = ""
    icon: str = ""
    checkable: bool = False
