"""The story, end to end."""
