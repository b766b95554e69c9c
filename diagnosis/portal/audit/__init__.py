"""The audit trail, for the privacy officer."""
