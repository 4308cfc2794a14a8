"""Long-running work in threads: jobs, tasks and the saving of files."""
