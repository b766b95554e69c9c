"""What a run keeps as JSON, as nouns: each is read once and written once."""
