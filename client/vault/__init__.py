"""Sealed storage of observations, one data key per athlete."""
