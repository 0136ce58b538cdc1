"""What was known of an athlete on each day of the past."""
