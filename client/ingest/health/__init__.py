"""Readers of the exports of phones, watches and health services."""
