"""Pictures of numbers on a scale, as coordinates: pure geometry, no words."""
