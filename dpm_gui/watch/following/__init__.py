"""What a person follows through all steps: paths, the points of a region, and the futures of a state."""
