"""Playing through the steps: its commands, and the controls of a timeline."""
