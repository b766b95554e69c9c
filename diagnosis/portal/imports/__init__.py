"""Files of patients on a page."""
