"""What follows from entries of the log that the database does not know: nothing ended is alive again."""
