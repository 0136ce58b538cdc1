"""Readers of FIT files: activities, all-day monitoring, nights, beats and weight."""
