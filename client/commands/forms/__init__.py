"""`form`: questionnaires of the node, and what was answered."""
