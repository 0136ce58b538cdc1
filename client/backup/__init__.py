"""Backup and restore of a node, and the erasures that a restore carries out again."""
