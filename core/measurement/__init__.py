"""The bound K, limits, work and schedule search."""
