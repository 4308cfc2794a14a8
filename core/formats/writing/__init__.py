"""Files that people take elsewhere: images, folders of images, arrays and tables of samples."""
