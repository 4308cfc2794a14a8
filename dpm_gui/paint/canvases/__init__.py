"""The canvases on which a person paints: images and bits."""
