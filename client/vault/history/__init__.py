"""What became of readings: their states, acts by hand, and taking imports out again."""
