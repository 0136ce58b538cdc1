"""Daily features from observations, each a record with unit, window, coverage and method."""
