"""What became of a file: its status, the reasons in words, and the answer of a command."""
