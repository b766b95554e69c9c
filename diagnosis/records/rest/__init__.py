"""Charts over REST."""
