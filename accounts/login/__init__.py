"""Login, logout, lockout and passwords."""
