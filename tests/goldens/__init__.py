"""Goldens: every page and answer of one world, kept in a folder to be compared with another's.

``python -m tests.goldens take FOLDER`` and ``… compare BEFORE AFTER [--dom]``; what they are for
and what is made still is told in docs/mechanisms/goldens.md.
"""
