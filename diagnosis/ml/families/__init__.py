"""How models are fitted, kept and described."""
