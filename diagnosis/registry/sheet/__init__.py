"""What a service says of itself: bands, and what it is not for."""
