"""Finding cities."""
