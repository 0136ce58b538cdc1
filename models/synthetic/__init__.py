"""Invented leagues for the demo and the tests: athletes, days, device files."""
