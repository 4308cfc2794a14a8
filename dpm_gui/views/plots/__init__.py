"""Plots over the time steps."""
