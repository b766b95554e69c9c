"""Finding patients and notes."""
