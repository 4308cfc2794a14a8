"""Recipes for the shipped checkpoints and for user data."""
