"""The windows beside the main one: what went wrong, the shortcuts, the command palette, files, about."""
