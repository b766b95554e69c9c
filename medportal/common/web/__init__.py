"""What every request and answer has, on pages and over REST."""
