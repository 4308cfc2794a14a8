"""The window's only door to the engine, `core`."""
