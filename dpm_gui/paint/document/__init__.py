"""The image being painted, its mask and the tools."""
