"""Backups of the programs: one encrypted archive of one moment, how long it is kept, and how it is put back."""
