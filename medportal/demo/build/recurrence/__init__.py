"""Recurrence or death after node-positive breast cancer: one table teaches, another judges."""
