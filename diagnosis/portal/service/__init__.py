"""A service: what it answers, how well, and its training ward."""
