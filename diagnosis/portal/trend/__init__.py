"""A patient's risk over time."""
