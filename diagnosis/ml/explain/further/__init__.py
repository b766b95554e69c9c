"""What would change a result, what to measure next, and who is similar."""
