"""The figure: a framed plot with header, menu, axes and explanation."""
