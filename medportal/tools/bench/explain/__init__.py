"""Our explanations beside those of ``shap``: time, error, and whether the interval is honest."""
