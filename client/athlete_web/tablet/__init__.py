"""A tablet that several athletes share: a PIN for each, empty forms, and nothing shown after sending."""
