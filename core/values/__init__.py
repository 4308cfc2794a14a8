"""The engine's inputs and outputs: frozen dataclasses that need numpy alone."""
