"""Shared science: feature schema, networks, private gradients, durability index and every wire type. Never any data."""
