"""Questionnaires that athletes answer at the node, and what becomes of their answers."""
