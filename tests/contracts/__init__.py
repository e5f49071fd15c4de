"""Examples of every event, kept for ever."""
