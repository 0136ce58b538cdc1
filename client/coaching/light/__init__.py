"""The light that is computed at home, once for every reader, and the words that tell it without a figure."""
