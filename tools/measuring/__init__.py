"""Measurements of the shipped image models: `make measure`."""
