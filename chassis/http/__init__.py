"""Signed requests over lines that stay open, and which addresses are loopback."""
