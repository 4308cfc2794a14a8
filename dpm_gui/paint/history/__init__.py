"""The history of inpaintings: what has been inpainted, kept to be brought back."""
