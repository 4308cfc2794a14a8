"""Frames kept while they come: in memory up to a cap, else on disk."""
