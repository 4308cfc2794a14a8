"""What is open, what is running and what came out."""
