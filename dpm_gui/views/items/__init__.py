"""Graphics items of canvases and plots."""
