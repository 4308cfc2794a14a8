"""Long work in threads, one at a time or in order."""
