"""Making the demonstration's models from the raw tables."""
