"""Recipes of the shipped checkpoints and of user data."""
