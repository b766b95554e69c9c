"""Pages of the administrator: usage, and handing over."""
