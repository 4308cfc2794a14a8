"""The few windows beside the main one: what went wrong, the shortcuts, the command palette, about."""

from __future__ import annotations

from dpm_gui.dialogs.about import AboutDialog
from dpm_gui.dialogs.command_palette import CommandPalette
from dpm_gui.dialogs.errors import ErrorDialog, show_error
from dpm_gui.dialogs.shortcuts import Gesture, ShortcutsDialog

__all__ = ["AboutDialog", "CommandPalette", "ErrorDialog", "Gesture", "ShortcutsDialog", "show_error"]
