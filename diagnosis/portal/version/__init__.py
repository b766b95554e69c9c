"""A model version: its card, its life, and what waits for review."""
