"""Readiness, recovery regression and proposals that a person decides on."""
