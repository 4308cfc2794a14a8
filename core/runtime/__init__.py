"""What a process runs on: files, devices and their memory, randomness, shipped assets."""
