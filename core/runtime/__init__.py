"""Services for the rest of the engine: files, memory and threads, randomness, shipped assets."""
