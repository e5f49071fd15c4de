"""The demonstration: the story of World Cities, played through the public APIs."""
