"""What an athlete, or the whole node, sets for its own figures: which source counts, and constants of formulas."""
