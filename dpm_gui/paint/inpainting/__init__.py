"""Inpainting of images and bits."""
