"""What the commands about files show beside what they store."""
