"""Front-office and operator pages."""
