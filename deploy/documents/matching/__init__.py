"""docs/matching: examples of rounds, each solved when the pages are written."""
