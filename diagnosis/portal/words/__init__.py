"""How values, numbers and results are put in words."""
