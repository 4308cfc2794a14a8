"""The samples of an inpainting, their mean and their standard deviation."""
