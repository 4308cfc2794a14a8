"""Figures, films and paper figures, written to files."""
