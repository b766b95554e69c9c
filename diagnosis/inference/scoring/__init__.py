"""From an artifact and a snapshot to a result and its reasons."""
