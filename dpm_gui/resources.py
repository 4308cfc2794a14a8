"""What has come with the application: icons, checkpoints, data."""

from __future__ import annotations

from core.assets import asset

__all__ = ["asset", "is_shipped"]


def is_shipped(relative: str) -> bool:
    """Tell whether a file or folder of that name has come with the application."""
    try:
        asset(relative)
    except FileNotFoundError:
        return False
    return True
