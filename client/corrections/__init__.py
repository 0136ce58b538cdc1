"""The commands that correct what came in: readings, imports, files that were set aside, and who is on the list."""
