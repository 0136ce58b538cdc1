"""The texts of pages in a language: every text a person reads passes through one catalogue."""
