"""The learned functions of the reverse kernels."""
