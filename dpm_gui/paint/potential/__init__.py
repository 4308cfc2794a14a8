"""A potential r(x) painted over the plane."""
