"""The state of the window: the open checkpoint, the running tasks and their results."""
