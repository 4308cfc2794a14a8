"""How numbers are written on screen: with a true minus sign, and with thin spaces between thousands."""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"
FIGURE_SPACE = "\N{FIGURE SPACE}"
"""As wide as a digit."""


def with_minus(text: str) -> str:
    """Return ``text`` with a true minus sign for each hyphen."""
    return text.replace("-", MINUS)


def fixed(value: float, digits: int) -> str:
    """Write ``value`` with so many digits after the point; what is not finite as infinite."""
    if not math.isfinite(value):
        return f"{MINUS}∞" if value < 0 else "∞"
    return with_minus(f"{value:.{digits}f}")


def rounded(value: float, digits: int = 4) -> str:
    """Write ``value`` with so many significant digits."""
    return with_minus(f"{value:.{digits}g}")


def grouped(count: int) -> str:
    """Write a whole number with its thousands apart."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def unscaled(value: float) -> str:
    """Write ``value`` with three significant digits, and in full from a thousand on."""
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def padded(number: int, digits: int) -> str:
    """Write a whole number as wide as one of so many digits, whatever it is."""
    return f"{number:{FIGURE_SPACE}>{digits}}"
