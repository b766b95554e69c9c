"""Rows as jobs: claimed, held by a lease, rung for, waited for."""
