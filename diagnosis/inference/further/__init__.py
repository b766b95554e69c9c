"""Questions about a result that stands: asked here and now, stored nowhere."""
