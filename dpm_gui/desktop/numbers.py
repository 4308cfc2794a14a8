"""Formats numbers for the screen: with a true minus sign, and with thin spaces between thousands."""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"
FIGURE_SPACE = "\N{FIGURE SPACE}"
"""As wide as a digit."""


def with_minus(text: str) -> str:
    """Return ``text`` with a true minus sign for each hyphen."""
    return text.replace("-", MINUS)


def fixed(value: float, digits: int) -> str:
    """Format ``value`` with ``digits`` decimals; a value that is not finite becomes ∞ or −∞."""
    if not math.isfinite(value):
        return f"{MINUS}∞" if value < 0 else "∞"
    return with_minus(f"{value:.{digits}f}")


def rounded(value: float, digits: int = 4) -> str:
    """Format ``value`` with ``digits`` significant digits."""
    return with_minus(f"{value:.{digits}g}")


def grouped(count: int) -> str:
    """Format a whole number with spaces between thousands."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def unscaled(value: float) -> str:
    """Format ``value`` with three significant digits, or as a whole number from 1000 on."""
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def padded(number: int, digits: int) -> str:
    """Format a whole number, padded on the left to the width of ``digits`` digits."""
    return f"{number:{FIGURE_SPACE}>{digits}}"
