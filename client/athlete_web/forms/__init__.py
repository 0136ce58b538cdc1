"""The athlete's questionnaires: pages that work without scripts, and with them without a connection."""
