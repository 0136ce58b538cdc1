"""Durability indices on their way from a proposal to a squad page."""
