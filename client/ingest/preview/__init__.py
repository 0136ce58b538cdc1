"""Files read without being stored: which reader takes one, a mapping for a table that none knows, ten rows of it."""
