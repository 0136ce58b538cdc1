"""Readers of recorded training sessions: each summarises what a device recorded and keeps no position."""
