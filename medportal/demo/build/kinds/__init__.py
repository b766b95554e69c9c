"""The demonstration's models of other kinds than one yes or no; not yet loaded into the clinic."""
