"""What is stored of one record: former values, sources, claims of imports, acts by hand; and which value counts."""
