"""Exports of the services behind watches and rings, each by its published form."""
