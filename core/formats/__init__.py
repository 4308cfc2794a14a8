"""What is read and written: arrays, images, checkpoints, recordings, requests."""
