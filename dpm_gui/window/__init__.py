"""The main window, its actions and the registry of workspaces."""
