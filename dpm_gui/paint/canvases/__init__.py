"""The canvases to paint on: images and bits."""
