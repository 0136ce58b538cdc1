"""Signed requests, and which addresses are loopback."""
