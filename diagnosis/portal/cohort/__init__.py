"""The page of a cohort: one service over the patients whom its reader may see."""
