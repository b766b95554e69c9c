"""The reasons of a result."""
