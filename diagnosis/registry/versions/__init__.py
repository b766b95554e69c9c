"""The life of a model version, and where its artifact is kept."""
