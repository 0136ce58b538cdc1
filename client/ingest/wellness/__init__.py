"""Wellness and variability as training diaries export it; each instrument keeps its scale and direction."""
