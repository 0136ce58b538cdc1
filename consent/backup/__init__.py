"""Backup and restore of the whole service: database, keys, settings, log and the log's private state of one moment."""
