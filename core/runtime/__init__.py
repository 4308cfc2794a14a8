"""What a process runs on: files, memory, devices, randomness, interrupts, shipped assets."""
