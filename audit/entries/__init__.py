"""What one entry says: event kinds, the public leaf, commitments, pseudonyms, and the words for people."""
