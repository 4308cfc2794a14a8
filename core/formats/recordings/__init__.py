"""Storage for the frames of a run as they are computed: in memory up to a cap, otherwise on disk."""
