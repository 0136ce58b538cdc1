"""What commands are given: options for filters and trust, files, openings."""
