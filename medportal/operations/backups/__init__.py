"""A copy of all that cannot be made anew: sealed, tried, put back into an empty place."""
