"""Penalised linear models."""
