"""What is painted, before any engine: layers of numbers, the strokes that change them, and how these are undone."""
