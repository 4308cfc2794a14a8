"""What is measured of the shipped models of pictures: `make measure`."""
