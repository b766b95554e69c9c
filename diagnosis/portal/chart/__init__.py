"""A patient's chart: found, read, added to, corrected."""
