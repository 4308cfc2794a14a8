"""The one door to core."""
