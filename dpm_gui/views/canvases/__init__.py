"""The canvases that show states: points, bits and images."""
