"""Reading and writing of arrays, images, checkpoints, recordings and requests."""
