"""Reading the raw values of features: words, units, terms."""
