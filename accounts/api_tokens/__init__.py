"""Bearer tokens over REST: whose they are, and what they are good for."""
