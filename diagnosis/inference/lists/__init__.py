"""Many results at once: worklist, cohort, tallies, usage, training ward."""
