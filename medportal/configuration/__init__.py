"""What the environment and var/ say: read by the settings and by the launcher, without Django."""
