"""Two inputs that act together."""
