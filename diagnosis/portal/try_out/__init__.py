"""Other values on a run, computed while the hand moves."""
