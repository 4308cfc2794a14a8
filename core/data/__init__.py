"""Data sources: formulas, shipped images and the user's own files."""
