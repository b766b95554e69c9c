"""What is asked before a run: who may, for whom, how often, with which values."""
