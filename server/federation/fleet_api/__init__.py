"""Requests of a node that was let in: whose objects they name, when there is work, which handler answers."""
