"""Secure aggregation: clubs' vectors are added so that nobody sees one of them; docs/privacy.md §1.5."""
