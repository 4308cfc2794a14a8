"""Theme, preferences, icons, display and garbage collection."""

from __future__ import annotations

THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
"""The themes that can be chosen, with their texts in the menu; the first one is the default."""
