"""The inputs of one run: as sent, as kept, as read by people."""
