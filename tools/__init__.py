"""Programs that stand alone: they import nothing of the platform."""
