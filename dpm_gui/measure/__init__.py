"""The workspace Measure: the thermodynamics of the open model."""
