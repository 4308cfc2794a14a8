"""Workspaces: each puts views side by side and feeds them from the session and the player."""
