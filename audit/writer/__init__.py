"""The one process that may append: journal, batches, publication, recovery and the checks of its private files."""
