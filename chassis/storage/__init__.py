"""Databases of the programs: how a SQLite file is opened, how its schema changes, and hash chains in its rows."""
