"""The workspace Watch: forward and reverse side by side."""
