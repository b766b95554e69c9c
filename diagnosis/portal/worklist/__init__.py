"""The worklist and the nurse's round."""
