"""The page of one prediction."""
