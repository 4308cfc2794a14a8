"""How numbers are written on screen: with a true minus sign, and with thin spaces between thousands."""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"


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
