"""The order in which the files of a log reach the disk."""
