"""One file per promise in docs/performance.md."""
