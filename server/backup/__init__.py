"""Backup and restore of a coordinator."""
