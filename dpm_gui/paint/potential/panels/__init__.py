"""The panel of the potential over the plane: its tools, the list of its parts and their numbers."""
