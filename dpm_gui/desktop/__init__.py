"""Theme, preferences, icons, display and garbage collection."""

from __future__ import annotations

THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
"""The themes that can be chosen, and what the menu calls them; the first one unless another is chosen."""
