"""The dialogs: errors, shortcuts, command palette, files and about."""
