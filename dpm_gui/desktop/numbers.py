"""Numbers on the screen: with a true minus sign and thin spaces between thousands, and read as people type them."""

from __future__ import annotations

import math
import re

MINUS = "\N{MINUS SIGN}"
FIGURE_SPACE = "\N{FIGURE SPACE}"
"""As wide as a digit."""
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
_WHOLE = re.compile(r"[+-]?(\d+|\d{1,3}(?P<mark>[.,٬])\d{3}((?P=mark)\d{3})*)")
_SPACE = re.compile(r"(?<=\d)[\s'’](?=\d)")


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


def decimal_number(text: str) -> float | None:
    """Return the number that ``text`` means, or None; a point and a comma both begin the decimals.

    There are no marks between thousands: 1,000 is one.
    """
    plain = re.sub("[,٫]", ".", text.strip()).replace(MINUS, "-")
    return float(plain) if _DECIMAL.fullmatch(plain) else None


def whole_number(text: str) -> int | None:
    """Return the whole number that ``text`` means, or None.

    Spaces and apostrophes between digits are left out. So are points and commas, if three digits follow each of them:
    10,000 and 10.000 are ten thousand, and 2.5 is no whole number.
    """
    plain = _SPACE.sub("", text.strip()).replace(MINUS, "-")
    return int(re.sub(r"[^\d+-]", "", plain)) if _WHOLE.fullmatch(plain) else None
