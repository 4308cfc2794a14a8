"""Training a reverse process."""
