"""From a table to a model: tables, the problem, choice, validation, training."""
