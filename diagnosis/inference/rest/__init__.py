"""Predictions over REST."""
