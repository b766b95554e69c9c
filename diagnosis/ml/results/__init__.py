"""What is predicted: targets and events."""
