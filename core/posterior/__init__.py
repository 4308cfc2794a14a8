"""Sampling p(x) r(x): inpainting and other multiplied distributions (section 2.5)."""
