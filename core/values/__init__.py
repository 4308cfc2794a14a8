"""Frozen dataclasses, numpy alone: what the engine takes in and hands out."""
