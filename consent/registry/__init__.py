"""Organisations with their keys, and members with their clubs."""
