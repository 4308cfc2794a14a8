"""Theme, preferences, icons, display and garbage collection."""
