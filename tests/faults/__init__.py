"""Each breaks something for real and counts what was lost, doubled or reordered."""
